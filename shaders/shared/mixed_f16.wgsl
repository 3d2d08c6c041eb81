// Mixed space in half precision; arithmetic stays in f32.

alias MIXED = u32;

fn load_mixed(place: u32) -> vec2<f32> {
    return unpack2x16float(mixed[place]);
}

fn store_mixed(place: u32, value: vec2<f32>) {
    mixed[place] = pack2x16float(value);
}
