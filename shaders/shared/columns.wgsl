// Entries of the columns of one tile.

// kz, or a value outside every tile for the half kz < 0 of column 0, which is not stored.
fn kz_known(kz: i32, origin_column: bool) -> i32 {
    return select(kz, 0x7fffffff, origin_column && kz < 0);
}

// Entry of a coefficient of a tile, or NO_ENTRY.
fn entry_of(tile: vec4<u32>, kz: i32, line: u32) -> u32 {
    let low = bitcast<i32>(tile.y);
    let inside = kz >= low && kz <= bitcast<i32>(tile.z);
    return select(NO_ENTRY, tile.x + u32(kz - low) * TILE + line, inside);
}
