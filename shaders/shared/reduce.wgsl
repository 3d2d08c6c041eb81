// Sum of one value per thread over the workgroup, in a fixed order. THREADS and SUM are set by the host.

var<workgroup> sums: array<SUM, THREADS>;
const REDUCERS: u32 = 16u;

// The total, in thread 0 only. Every thread must call this.
fn reduce(value: SUM, t: u32) -> SUM {
    workgroupBarrier();
    sums[t] = value;
    workgroupBarrier();
    var total = SUM();
    if t < REDUCERS {
        for (var i = t; i < THREADS; i += REDUCERS) {
            total += sums[i];
        }
        sums[t] = total;
    }
    workgroupBarrier();
    total = SUM();
    if t == 0u {
        for (var i = 0u; i < min(REDUCERS, THREADS); i++) {
            total += sums[i];
        }
    }
    return total;
}
