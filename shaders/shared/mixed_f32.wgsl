// Mixed space in full precision.

alias MIXED = vec2<f32>;

fn load_mixed(place: u32) -> vec2<f32> {
    return mixed[place];
}

fn store_mixed(place: u32, value: vec2<f32>) {
    mixed[place] = value;
}
