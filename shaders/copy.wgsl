// Copies one buffer to another and does nothing else: what the memory of a device gives at best. Sixteen bytes a thread.

const THREADS: u32 = 128u;

@group(0) @binding(0) var<storage, read> original: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> duplicate: array<vec4<f32>>;

// A dispatch has two dimensions, as one alone may end at 65535 workgroups.
fn place(group: vec3<u32>, groups: vec3<u32>, t: u32) -> u32 {
    return (group.y * groups.x + group.x) * THREADS + t;
}

@compute @workgroup_size(THREADS)
fn copy(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) t: u32,
) {
    let i = place(group, groups, t);
    if i < arrayLength(&duplicate) {
        duplicate[i] = original[i];
    }
}

// Something to be copied: zeros that were never written need no memory at all on some systems.
@compute @workgroup_size(THREADS)
fn fill(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) t: u32,
) {
    let i = place(group, groups, t);
    if i < arrayLength(&duplicate) {
        duplicate[i] = vec4<f32>(f32(i), 0.5 * f32(i), -f32(i), 1.0);
    }
}
