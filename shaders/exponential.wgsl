// exp(x) by Cody–Waite reduction and the Cephes polynomial: the built-in is promised to 3 + 2|x| ulp only. CPU twin:
// src/twins/posterior.rs, `exp`.
fn exponential(argument: vec2<f32>) -> vec2<f32> {
    let x = clamp(argument, vec2<f32>(-80.0), vec2<f32>(80.0));
    let n = round(x * 1.44269504);
    let r = x - n * 0.693359375 - n * -2.12194440e-4;
    var p = vec2<f32>(1.9875691e-4);
    p = p * r + 1.3981999e-3;
    p = p * r + 8.333452e-3;
    p = p * r + 4.1665796e-2;
    p = p * r + 1.6666665e-1;
    p = p * r + 0.5;
    let value = p * r * r + r + 1.0;
    return value * bitcast<vec2<f32>>((vec2<i32>(n) + 127) << vec2<u32>(23u));
}

// Odds M/N − 1 against an atom are kept above this: N may be annealed beyond M/2.
const MIN_ODDS: f32 = 1.0;
