// Reading and writing the columns of one plane.

// Column (kx, ky), with MATE when it is stored as its Friedel mate, or NO_COLUMN.
fn column_of(kx: u32, ky: u32) -> u32 {
    let row = table[ky];
    let inner = select(NO_COLUMN, row.x + kx - row.y, kx >= row.y && kx <= row.z);
    return select(inner, row.w, kx == 0u);
}

fn load_column(plane: u32, kx: u32, ky: u32) -> vec2<f32> {
    // Without a branch, so that the loads of a thread wait side by side.
    let column = column_of(kx, ky);
    let known = column != NO_COLUMN;
    let value = select(vec2<f32>(0.0), load_mixed(plane + select(0u, column & ~MATE, known)), known);
    return vec2<f32>(value.x, select(value.y, -value.y, column >= MATE));
}

fn store_column(plane: u32, kx: u32, ky: u32, value: vec2<f32>) {
    let column = column_of(kx, ky);
    if column < MATE {
        store_mixed(plane + column, value);
    }
}
