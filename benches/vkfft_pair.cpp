// Yardstick: what the transforms of a cycle alone cost with VkFFT on a CUDA device.
//
// A batch of real-to-complex transforms forth and back (pair), and the fused way that VkFFT has for a convolution: forth,
// a product with a fixed kernel in reciprocal space and back, where the last axis is neither written nor read in between
// (fused). A phasing cycle does more than either: it changes the density on the way back, and sums over both spaces.
//
//   nvcc -O2 -DVKFFT_BACKEND=1 -I VKFFT/vkFFT -o vkfft_pair benches/vkfft_pair.cpp -lnvrtc -lcuda
//   ./vkfft_pair 64 128,512 96 148            edge, batches, edge, batches ...; one line of JSON each
//
// VKFFT is a checkout of github.com/DTolm/VkFFT (MIT), which is not part of this repository.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include <cuda.h>
#include <cuda_runtime.h>
#include "vkFFT.h"

namespace {

// Timed runs, of which the median is reported; shortest time of one, seconds.
constexpr int RUNS = 5;
constexpr double TIMED = 0.3;

struct Device {
    CUdevice device = 0;
    CUcontext context = nullptr;
};

// A buffer that is freed with its scope.
struct Buffer {
    void* data = nullptr;
    pfUINT bytes;
    explicit Buffer(pfUINT bytes) : bytes(bytes) {
        if (cudaMalloc(&data, bytes) != cudaSuccess) data = nullptr;
        if (data) cudaMemset(data, 0, bytes);
    }
    ~Buffer() { cudaFree(data); }
    Buffer(const Buffer&) = delete;
};

VkFFTConfiguration shape(Device& device, int edge, int batch, Buffer& buffer) {
    VkFFTConfiguration configuration = {};
    configuration.FFTdim = 3;
    for (int axis = 0; axis < 3; ++axis) configuration.size[axis] = edge;
    configuration.performR2C = 1;
    configuration.device = &device.device;
    configuration.buffer = &buffer.data;
    configuration.bufferSize = &buffer.bytes;
    configuration.numberBatches = batch;
    return configuration;
}

// Median seconds of one call, or a negative number when a call fails.
template <typename Work> double timed(Work work) {
    for (int warm = 0; warm < 3; ++warm)
        if (!work()) return -1;
    cudaDeviceSynchronize();
    int calls = 1;
    std::vector<double> seconds;
    while (seconds.size() < RUNS) {
        auto begun = std::chrono::steady_clock::now();
        for (int call = 0; call < calls; ++call)
            if (!work()) return -1;
        cudaDeviceSynchronize();
        double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
        if (took < TIMED) calls *= took < TIMED / 8 ? 8 : 2;
        else seconds.push_back(took / calls);
    }
    std::sort(seconds.begin(), seconds.end());
    return seconds[RUNS / 2];
}

double pair(Device& device, int edge, int batch) {
    Buffer buffer(pfUINT(8) * (edge / 2 + 1) * edge * edge * batch);
    if (!buffer.data) return -1;
    VkFFTApplication application = {};
    if (initializeVkFFT(&application, shape(device, edge, batch, buffer)) != VKFFT_SUCCESS) return -1;
    VkFFTLaunchParams launch = {};
    auto go = [&](int way) { return VkFFTAppend(&application, way, &launch) == VKFFT_SUCCESS; };
    double seconds = timed([&] { return go(-1) && go(1); });
    deleteVkFFT(&application);
    return seconds;
}

double fused(Device& device, int edge, int batch) {
    pfUINT bytes = pfUINT(8) * (edge / 2 + 1) * edge * edge * batch;
    Buffer buffer(bytes), kernel(bytes);
    if (!buffer.data || !kernel.data) return -1;
    VkFFTConfiguration of_kernel = shape(device, edge, batch, kernel);
    of_kernel.kernelConvolution = 1;
    of_kernel.normalize = 1;
    VkFFTApplication first = {}, application = {};
    if (initializeVkFFT(&first, of_kernel) != VKFFT_SUCCESS) return -1;
    VkFFTLaunchParams launch = {};
    bool made = VkFFTAppend(&first, -1, &launch) == VKFFT_SUCCESS;
    cudaDeviceSynchronize();
    VkFFTConfiguration configuration = shape(device, edge, batch, buffer);
    configuration.performConvolution = 1;
    configuration.kernel = &kernel.data;
    configuration.kernelSize = &kernel.bytes;
    double seconds = -1;
    if (made && initializeVkFFT(&application, configuration) == VKFFT_SUCCESS) {
        seconds = timed([&] { return VkFFTAppend(&application, -1, &launch) == VKFFT_SUCCESS; });
        deleteVkFFT(&application);
    }
    deleteVkFFT(&first);
    return seconds;
}

}  // namespace

int main(int count, char** words) {
    Device device;
    if (cuInit(0) != CUDA_SUCCESS || cudaSetDevice(0) != cudaSuccess || cuDeviceGet(&device.device, 0) != CUDA_SUCCESS) {
        std::fprintf(stderr, "no CUDA device\n");
        return 1;
    }
    cudaFree(nullptr);
    for (int word = 1; word + 1 < count; word += 2) {
        int edge = std::atoi(words[word]);
        for (char* part = std::strtok(words[word + 1], ","); part; part = std::strtok(nullptr, ",")) {
            int batch = std::atoi(part);
            if (edge < 2 || batch < 1) {
                std::fprintf(stderr, "an edge and batches are wanted, not %s %s\n", words[word], part);
                return 2;
            }
            double two = pair(device, edge, batch), one = fused(device, edge, batch);
            std::printf("{\"edge\": %d, \"trials\": %d, \"pairs_per_s\": %.0f, \"fused_per_s\": %.0f}\n", edge, batch,
                        two > 0 ? batch / two : 0.0, one > 0 ? batch / one : 0.0);
            std::fflush(stdout);
        }
    }
    return 0;
}
