//! How fast a device multiplies matrices, measured.

use std::time::{Duration, Instant};

use burn::tensor::Tensor;

use crate::engine::device;
use crate::engine::error::EngineError;
use crate::recipe::run::DeviceChoice;
use crate::record::rate::MatrixRate;

/// The rows and columns of the matrices.
const ROWS: usize = 1024;
/// How long is measured.
const ENOUGH: Duration = Duration::from_millis(400);
/// The products between two looks at the clock: enough that a GPU is never waited for in vain.
const BATCH: u32 = 4;

/// Measures the processor with one thread and with all, and every GPU.
///
/// # Errors
/// When a device cannot be opened.
pub fn measure_all() -> Result<Vec<MatrixRate>, EngineError> {
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u32);
    let mut threads = vec![1, cores];
    threads.dedup();
    let cards = (0..u32::try_from(device::gpus()).unwrap_or(0)).map(|index| (DeviceChoice::Cuda(index), 1));
    threads
        .into_iter()
        .map(|threads| (DeviceChoice::Cpu, threads))
        .chain(cards)
        .map(|(on, threads)| measure(on, threads))
        .collect()
}

fn measure(choice: DeviceChoice, threads: u32) -> Result<MatrixRate, EngineError> {
    let device = device::open(choice, threads)?;
    let matrix = || Tensor::<2>::full([ROWS, ROWS], 1e-3, &device);
    let (left, right) = (matrix(), matrix());
    let mut fastest = 0.0_f64;
    // The first products wake threads and caches.
    products(&left, &right);
    let began = Instant::now();
    while began.elapsed() < ENOUGH {
        let since = Instant::now();
        products(&left, &right);
        let operations = f64::from(BATCH) * 2.0 * (ROWS as f64).powi(3);
        fastest = fastest.max(operations / since.elapsed().as_secs_f64());
    }
    Ok(MatrixRate { machine: device::machine(choice, threads), flops_per_second: fastest, rows: ROWS as u64 })
}

/// Multiplies a few times, and waits for what comes out.
fn products(left: &Tensor<2>, right: &Tensor<2>) {
    let mut product = left.clone();
    for _ in 0..BATCH {
        product = product.matmul(right.clone());
    }
    drop(product.narrow(0, 0, 1).narrow(1, 0, 1).into_data());
}
