#!/usr/bin/env python3
"""Registers, spills, workgroup memory and instructions of the GPU kernels on NVIDIA cards, without a card.

usage: nvidia_static.py [--seedflip PROGRAM] [--arch sm_90,sm_86] [--grids 32,32,32 64,64,64 ...] [--kernels REGEX]

Needs `pip install nvidia-cuda-nvrtc-cu12`, a compiler without headers or driver. The kernels are those that `seedflip
devices --dump-wgsl` writes for a card. Their WGSL is rewritten as CUDA C++, an object for each thread with a method for
each function, and NVRTC compiles that to machine code; ptxas, which is in it, says what it used. NVIDIA's Vulkan driver
has another front end before the same back end: take differences for true, and figures to some per cent.
"""
import argparse
import ctypes
import glob
import os
import re
import struct
import subprocess
import sys
import tempfile

GRIDS = ["32,32,32", "48,48,48", "64,64,64", "96,96,96", "128,128,128", "40,54,60"]
# Kernels of every cycle.
KERNELS = r"(plane|rows)_(flip|posterior|spread|gather)|column_(amplitude|field|cavity)|divergence|covariance"
# Bytes of an instruction since Volta.
INSTRUCTION = 16

# What an entry point is given.
BUILT_IN = {
    "local_invocation_index": "threadIdx.x",
    "local_invocation_id": "vec3<u32>(threadIdx.x, 0u, 0u)",
    "workgroup_id": "vec3<u32>(blockIdx.x, blockIdx.y, blockIdx.z)",
}

# What WGSL has and CUDA C++ has not.
PRELUDE = """
#define D __device__ __forceinline__
using f32 = float; using u32 = unsigned; using i32 = int;
template <class T> struct vec2 { T x{}, y{};
  D constexpr vec2() {} D constexpr explicit vec2(T a) : x(a), y(a) {}
    D constexpr vec2(T a, T b) : x(a), y(b) {}
  template <class U> D explicit vec2(vec2<U> v) : x(T(v.x)), y(T(v.y)) {}
  D vec2 xy() const { return *this; } D vec2 yx() const { return {y, x}; }
  D T& operator[](u32 i) { return i ? y : x; } D T operator[](u32 i) const { return i ? y : x; } };
template <class T> struct vec3 { T x{}, y{}, z{};
  D constexpr vec3() {} D constexpr explicit vec3(T a) : x(a), y(a), z(a) {}
    D constexpr vec3(T a, T b, T c) : x(a), y(b), z(c) {}
  D vec2<T> xy() const { return {x, y}; } D vec2<T> yz() const { return {y, z}; } };
template <class T> struct vec4 { T x{}, y{}, z{}, w{};
  D constexpr vec4() {} D constexpr explicit vec4(T a) : x(a), y(a), z(a), w(a) {}
  D constexpr vec4(T a, T b, T c, T d) : x(a), y(b), z(c), w(d) {}
  D vec4(vec2<T> a, vec2<T> b) : x(a.x), y(a.y), z(b.x), w(b.y) {}
    D vec4(vec2<T> a, T c, T d) : x(a.x), y(a.y), z(c), w(d) {}
  D vec4(vec3<T> a, T d) : x(a.x), y(a.y), z(a.z), w(d) {}
  D vec2<T> xy() const { return {x, y}; } D vec2<T> zw() const { return {z, w}; }
    D vec3<T> xyz() const { return {x, y, z}; }
  D T& operator[](u32 i) { return i == 0 ? x : i == 1 ? y : i == 2 ? z : w; }
  D T operator[](u32 i) const { return i == 0 ? x : i == 1 ? y : i == 2 ? z : w; } };
#define OPERATOR(op) \\
  template <class T> D vec2<T> operator op(vec2<T> a, vec2<T> b) { return {a.x op b.x, a.y op b.y}; } \\
  template <class T> D vec2<T> operator op(vec2<T> a, T b) { return {a.x op b, a.y op b}; } \\
  template <class T> D vec2<T> operator op(T a, vec2<T> b) { return {a op b.x, a op b.y}; } \\
  template <class T> D vec2<T>& operator op##=(vec2<T>& a, vec2<T> b) { return a = a op b; } \\
  template <class T> D vec2<T>& operator op##=(vec2<T>& a, T b) { return a = a op b; } \\
  template <class T> D vec4<T> operator op(vec4<T> a, vec4<T> b) { return {a.x op b.x, a.y op b.y, a.z op b.z, \\
    a.w op b.w}; } \\
  template <class T> D vec4<T> operator op(vec4<T> a, T b) { return {a.x op b, a.y op b, a.z op b, a.w op b}; } \\
  template <class T> D vec4<T> operator op(T a, vec4<T> b) { return {a op b.x, a op b.y, a op b.z, a op b.w}; } \\
  template <class T> D vec4<T>& operator op##=(vec4<T>& a, vec4<T> b) { return a = a op b; } \\
  template <class T> D vec4<T>& operator op##=(vec4<T>& a, T b) { return a = a op b; }
OPERATOR(+) OPERATOR(-) OPERATOR(*) OPERATOR(/)
template <class T> D vec2<T> operator<<(vec2<T> a, vec2<u32> b) { return {a.x << b.x, a.y << b.y}; }
template <class T> D vec2<T> operator>>(vec2<T> a, vec2<u32> b) { return {a.x >> b.x, a.y >> b.y}; }
template <class T> D vec2<T> operator-(vec2<T> a) { return {-a.x, -a.y}; }
template <class T> D vec4<T> operator-(vec4<T> a) { return {-a.x, -a.y, -a.z, -a.w}; }
template <class T, u32 N> struct array { T of[N]{};
  D constexpr array() {} template <class... U> D constexpr explicit array(T a, U... more) : of{a, T(more)...} {}
  D T& operator[](u32 i) { return of[i]; } D const T& operator[](u32 i) const { return of[i]; } };
template <class A, class B> D auto select(A a, B b, bool c) { return c ? b : a; }
#define COMPARISON(op) \\
  template <class T> D vec2<bool> operator op(vec2<T> a, vec2<T> b) { return {a.x op b.x, a.y op b.y}; } \\
  template <class T> D vec4<bool> operator op(vec4<T> a, vec4<T> b) { return {a.x op b.x, a.y op b.y, a.z op \\
    b.z, a.w op b.w}; }
COMPARISON(==) COMPARISON(!=) COMPARISON(<) COMPARISON(<=) COMPARISON(>) COMPARISON(>=)
template <class T> D vec2<T> select(vec2<T> a, vec2<T> b, vec2<bool> c) { return {c.x ? b.x : a.x, c.y ? b.y :
  a.y}; }
template <class T> D vec4<T> select(vec4<T> a, vec4<T> b, vec4<bool> c) {
  return {c.x ? b.x : a.x, c.y ? b.y : a.y, c.z ? b.z : a.z, c.w ? b.w : a.w}; }
template <class A, class B> D auto min(A a, B b) { return a < b ? a : b; }
template <class A, class B> D auto max(A a, B b) { return a > b ? a : b; }
D f32 min(f32 a, f32 b) { return fminf(a, b); }
D f32 max(f32 a, f32 b) { return fmaxf(a, b); }
template <class T> D vec2<T> min(vec2<T> a, vec2<T> b) { return {min(a.x, b.x), min(a.y, b.y)}; }
template <class T> D vec2<T> max(vec2<T> a, vec2<T> b) { return {max(a.x, b.x), max(a.y, b.y)}; }
template <class A, class B, class C> D auto clamp(A x, B low, C high) { return min(max(x, low), high); }
template <class T> D T dot(vec2<T> a, vec2<T> b) { return a.x * b.x + a.y * b.y; }
template <class T> D T dot(vec4<T> a, vec4<T> b) { return a.x * b.x + a.y * b.y + a.z * b.z + a.w * b.w; }
D f32 length(vec2<f32> a) { return sqrtf(dot(a, a)); }
D f32 inverseSqrt(f32 x) { return rsqrtf(x); }
D f32 sqrt(f32 x) { return sqrtf(x); }
D f32 abs(f32 x) { return fabsf(x); }
D f32 exp(f32 x) { return expf(x); }
D f32 exp2(f32 x) { return exp2f(x); }
D f32 log(f32 x) { return logf(x); }
D f32 pow(f32 x, f32 y) { return powf(x, y); }
D f32 sin(f32 x) { return sinf(x); }
D f32 cos(f32 x) { return cosf(x); }
D f32 atan2(f32 y, f32 x) { return atan2f(y, x); }
D f32 ldexp(f32 x, i32 n) { return ldexpf(x, n); }
D f32 floor(f32 x) { return floorf(x); }
D f32 round(f32 x) { return rintf(x); }
D f32 fma(f32 a, f32 b, f32 c) { return fmaf(a, b, c); }
D f32 sign(f32 x) { return x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : 0.0f; }
#define BOTH(f) template <class T> D vec2<T> f(vec2<T> v) { return {f(v.x), f(v.y)}; }
BOTH(abs) BOTH(exp) BOTH(exp2) BOTH(log) BOTH(sqrt) BOTH(inverseSqrt) BOTH(floor) BOTH(round) BOTH(sign)
template <class T, class U> D T bitcast(U x) { static_assert(sizeof(T) == sizeof(U));
  return *reinterpret_cast<T*>(&x); }
D u32 pack2x16float(vec2<f32> v) {
  unsigned short a, b; asm("cvt.rn.f16.f32 %0, %1;" : "=h"(a) : "f"(v.x));
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(b) : "f"(v.y));
  return a | u32(b) << 16; }
D vec2<f32> unpack2x16float(u32 p) {
  f32 a, b; asm("cvt.f32.f16 %0, %1;" : "=f"(a) : "h"((unsigned short)p));
    asm("cvt.f32.f16 %0, %1;" : "=f"(b) : "h"((unsigned short)(p >> 16)));
  return {a, b}; }
D void workgroupBarrier() { __syncthreads(); }
"""

# Words of C++ that are names in WGSL.
TAKEN = (
    r"\b(new|this|register|union|signed|short|long|double|char|and|or|not|auto|class|delete|operator|private|public"
    r"|template|half|D)\b"
)


def typed(text):
    """A type of WGSL in C++: pointers alone are written otherwise."""
    pointer = re.fullmatch(r"ptr<\w+,\s*(.*)>", text.strip(), flags=re.S)
    return f"{pointer[1]}*" if pointer else text.strip()


def split(text):
    """Arguments of a list, parted by commas outside all brackets."""
    depth, parts = 0, [""]
    for c in text:
        depth += (c in "(<[") - (c in ")>]")
        if c == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += c
    return [part.strip() for part in parts if part.strip()]


def statements(code):
    """The body of a function."""
    code = re.sub(r"(?<![\w.])(\d+\.\d*(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)f?(?![\w.])", r"\1f", code)
    code = re.sub(r"\.(xy|zw|yx|yz|xyz)\b(?!\s*\()", r".\1()", code)
    code = re.sub(r"\b(let|var)\s+(\w+)\s*:\s*([^;=]+?)\s*=", lambda m: f"{typed(m[3])} {m[2]} =", code)
    code = re.sub(r"\bvar\s+(\w+)\s*:\s*([^;=]+?)\s*;", lambda m: f"{typed(m[2])} {m[1]}{{}};", code)
    code = re.sub(r"\blet\s+(\w+)\s*=", r"const auto \1 =", code)
    code = re.sub(r"\bvar\s+(\w+)\s*=", r"auto \1 =", code)
    code = re.sub(r"\b(if|while|switch)\s+([^{;]+?)\s*\{", r"\1 (\2) {", code)
    return re.sub(r"\bloop\s*\{", "for (;;) {", code)


def cuda(wgsl):
    """A module of WGSL as CUDA C++ with its kernels, and their names."""
    text = re.sub(r"//[^\n]*", "", wgsl)
    text = re.sub(TAKEN, r"\1_", text)
    types, constants, structs, shared, given_by_host, members, methods, kernels = [], [], [], [], [], [], [], []
    at = 0
    declaration = re.compile(r"\s*((?:@\w+(?:\([^)]*\))?\s*)*)(alias|const|struct|var|fn|override|enable|diagnostic)\b")
    while m := declaration.match(text, at):
        attributes, kind = m[1], m[2]
        if kind in ("struct", "fn"):
            begin = text.index("{", m.end())
            end, depth = begin + 1, 1
            while depth:
                depth += {"{": 1, "}": -1}.get(text[end], 0)
                end += 1
            head, body = text[m.end():begin].strip(), text[begin + 1:end - 1]
        else:
            end = text.index(";", m.end()) + 1
            head, body = text[m.end():end - 1].strip(), ""
        at = end
        if kind == "alias":
            name, value = head.split("=", 1)
            types.append(f"using {name.strip()} = {typed(value)};")
        elif kind == "const":
            name, _, value = head.partition("=")
            name, _, of = name.partition(":")
            constants.append(f"static constexpr {typed(of) or 'auto'} {name.strip()} = {statements(value.strip())};")
        elif kind == "struct":
            fields = [field.split(":", 1) for field in split(body)]
            fields = " ".join(f"{typed(of)} {name.split()[-1]}{{}};" for name, of in fields)
            structs.append(f"struct {head} {{ {fields} }};")
        elif kind == "var":
            space, name, of = re.fullmatch(r"(?:<([^>]*)>)?\s*(\w+)\s*:\s*(.*)", head, flags=re.S).groups()
            array = re.fullmatch(r"array<(.*)>", of)
            unsized = array if array and len(split(array[1])) == 1 else None
            if space.startswith("workgroup"):
                whole = f"__shared__ {typed(of)} all; return all;"
                shared.append(f"D {typed(of)}& shared_{name}() {{ {whole} }}\n#define {name} shared_{name}()")
            elif space.startswith("private"):
                members.append(f"{typed(of)} {name}{{}};")
            elif space.startswith("uniform"):
                given_by_host.append((f"const {typed(of)}", name))
            else:
                constant = "" if "write" in space else "const "
                given_by_host.append((f"{constant}{unsized[1] if unsized else of}* __restrict__", name))
        elif kind == "fn":
            name, arguments, result = re.fullmatch(r"(\w+)\s*\((.*)\)\s*(?:->\s*(.*))?", head, flags=re.S).groups()
            given, passed = [], []
            for argument in split(arguments):
                built_in = re.match(r"@builtin\((\w+)\)\s*", argument)
                argument = argument[built_in.end():] if built_in else argument
                label, of = argument.split(":", 1)
                given.append(f"{typed(of)} {label.strip()}")
                passed.append(BUILT_IN.get(built_in[1] if built_in else "", ""))
            methods.append(f"D {typed(result) if result else 'void'} {name}({', '.join(given)}) {{{statements(body)}}}")
            if "@compute" in attributes:
                kernels.append((name, passed, re.search(r"@workgroup_size\((\w+)", attributes)[1]))
    if text[at:].strip():
        raise SystemExit(f"not understood: {text[at:at + 200]!r}")
    members += [f"{of} {name};" for of, name in given_by_host]
    arguments = ", ".join(f"{of} {name}" for of, name in given_by_host)
    out = [PRELUDE, *types, *constants, *structs, *shared, "struct Thread {", *members, *methods, "};"]
    for name, passed, threads in kernels:
        fields = ", ".join(f".{name} = {name}" for _, name in given_by_host)
        out.append(f'extern "C" __global__ void __launch_bounds__({threads}) kernel_{name}({arguments}) {{\n'
                   f'  Thread thread{{{fields}}}; thread.{name}({", ".join(passed)}); }}')
    return "\n".join(out), [name for name, _, _ in kernels]


class Nvrtc:
    """NVIDIA's compiler for programs at run time."""

    def __init__(self):
        places = [f"{path}/nvidia/cuda_nvrtc/lib/libnvrtc.so.12" for path in sys.path]
        found = next((place for place in places if os.path.exists(place)), None)
        if not found:
            raise SystemExit("no NVRTC: pip install nvidia-cuda-nvrtc-cu12")
        # What it loads itself lies beside it.
        for builtins in glob.glob(os.path.dirname(found) + "/libnvrtc-builtins.so.*"):
            ctypes.CDLL(builtins, mode=ctypes.RTLD_GLOBAL)
        self.library = ctypes.CDLL(found)

    def text(self, program, what):
        size = ctypes.c_size_t()
        getattr(self.library, f"nvrtcGet{what}Size")(program, ctypes.byref(size))
        buffer = ctypes.create_string_buffer(size.value)
        getattr(self.library, f"nvrtcGet{what}")(program, buffer)
        return buffer.raw

    def compile(self, source, arch):
        """Machine code and the words of ptxas."""
        program = ctypes.c_void_p()
        self.library.nvrtcCreateProgram(ctypes.byref(program), source.encode(), b"kernel.cu", 0, None, None)
        options = [f"--gpu-architecture={arch}", "--std=c++20", "--use_fast_math", "--ptxas-options=-v", "-w"]
        words = (ctypes.c_char_p * len(options))(*(option.encode() for option in options))
        failed = self.library.nvrtcCompileProgram(program, len(options), words)
        log = self.text(program, "ProgramLog").decode(errors="replace")
        code = b"" if failed else self.text(program, "CUBIN")
        self.library.nvrtcDestroyProgram(ctypes.byref(program))
        if failed:
            raise SystemExit(f"NVRTC does not take it:\n{log[:4000]}")
        return code, log


def instructions(cubin, kernel):
    """Instructions of a kernel, by the size of its section in the ELF file: a few at its end do nothing."""
    places = (("<Q", 0x28), ("<H", 0x3A), ("<H", 0x3C), ("<H", 0x3E))
    sections, size, count, names = (struct.unpack_from(form, cubin, at)[0] for form, at in places)
    header = lambda n: struct.unpack_from("<IIQQQQ", cubin, sections + n * size)
    strings = header(names)[4]
    for n in range(count):
        name, _, _, _, _, length = header(n)
        start = strings + name
        if cubin[start:cubin.index(b"\0", start)].decode() == f".text.{kernel}":
            return length // INSTRUCTION
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seedflip", default="target/release/seedflip")
    parser.add_argument("--arch", default="sm_90")
    parser.add_argument("--grids", nargs="*", default=GRIDS)
    parser.add_argument("--kernels", default=KERNELS)
    args = parser.parse_args()
    nvrtc = Nvrtc()
    print(f"{'grid':<12} {'arch':<6} {'kernel':<24} {'threads':>7} {'registers':>9} {'spilled bytes':>13} "
          f"{'shared bytes':>12} {'instructions':>12}")
    for grid in args.grids:
        with tempfile.TemporaryDirectory() as folder:
            # Without an adapter it writes what a card of 48 KiB gets.
            environment = {**os.environ, "VK_DRIVER_FILES": "/nonexistent"}
            words = [args.seedflip, "devices", "--dump-wgsl", grid, "-o", folder]
            subprocess.run(words, check=True, env=environment, stderr=subprocess.DEVNULL)
            for path in sorted(glob.glob(f"{folder}/*.wgsl")):
                stem = os.path.basename(path).removesuffix(".wgsl")
                if not re.fullmatch(args.kernels, stem):
                    continue
                text = open(path).read()
                source, kernels = cuda(text)
                threads = re.search(r"const THREADS(?:: u32)? = (\d+)u?;", text)
                for arch in args.arch.split(","):
                    code, log = nvrtc.compile(source, arch)
                    for kernel in kernels:
                        of_it = log.split(f"'kernel_{kernel}'", 1)[-1]
                        number = lambda pattern: int((re.search(pattern, of_it) or [0, 0])[1])
                        words = (r"Used (\d+) registers", r"(\d+) bytes spill stores", r"(\d+) bytes smem")
                        used, spilled, shared = (number(pattern) for pattern in words)
                        size = instructions(code, f"kernel_{kernel}")
                        print(f"{grid.replace(',', 'x'):<12} {arch:<6} {stem:<24} {threads[1] if threads else '-':>7} "
                              f"{used:>9} {spilled:>13} {shared:>12} {size:>12}", flush=True)


if __name__ == "__main__":
    main()
