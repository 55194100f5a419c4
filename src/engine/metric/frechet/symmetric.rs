//! Symmetric matrices and their eigenvalues, by the method of Jacobi (1846): slow for thousands of columns, and exact to the last digits.

/// A square matrix, row by row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Matrix {
    size: usize,
    values: Vec<f64>,
}

impl Matrix {
    pub(super) fn zero(size: usize) -> Self {
        Self { size, values: vec![0.0; size * size] }
    }

    fn identity(size: usize) -> Self {
        let mut matrix = Self::zero(size);
        (0..size).for_each(|i| matrix.row_mut(i)[i] = 1.0);
        matrix
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.values[i * self.size..(i + 1) * self.size]
    }

    pub(super) fn row_mut(&mut self, i: usize) -> &mut [f64] {
        &mut self.values[i * self.size..(i + 1) * self.size]
    }

    pub(super) fn trace(&self) -> f64 {
        (0..self.size).map(|i| self.row(i)[i]).sum()
    }

    pub(super) fn times(&self, other: &Self) -> Self {
        let mut product = Self::zero(self.size);
        for i in 0..self.size {
            for (k, left) in self.row(i).iter().enumerate() {
                let places = product.values[i * self.size..(i + 1) * self.size].iter_mut().zip(other.row(k));
                places.for_each(|(place, right)| *place += left * right);
            }
        }
        product
    }

    /// Returns the mean of the matrix and its mirror image: what rounding made differ is the same again.
    pub(super) fn symmetric(&self) -> Self {
        let mut even = self.clone();
        for i in 0..self.size {
            for j in 0..self.size {
                even.row_mut(i)[j] = f64::midpoint(self.row(i)[j], self.row(j)[i]);
            }
        }
        even
    }

    /// Returns the matrix whose square this is, of one without negative eigenvalues; what rounding made negative counts as 0.
    pub(super) fn root(&self) -> Self {
        let (values, vectors) = eigen(self.clone());
        let mut root = Self::zero(self.size);
        for (k, value) in values.iter().enumerate() {
            let scale = value.max(0.0).sqrt();
            let vector = vectors.row(k);
            for (i, left) in vector.iter().enumerate() {
                root.row_mut(i).iter_mut().zip(vector).for_each(|(place, right)| *place += scale * left * right);
            }
        }
        root
    }
}

/// The most sweeps over all pairs; it takes about 10, since each squares what is left.
const SWEEPS: usize = 60;

/// Returns the eigenvalues of a symmetric matrix, and the eigenvectors in the rows of another.
pub(super) fn eigen(mut matrix: Matrix) -> (Vec<f64>, Matrix) {
    let size = matrix.size;
    let mut vectors = Matrix::identity(size);
    let scale: f64 = matrix.values.iter().map(|value| value * value).sum();
    for _ in 0..SWEEPS {
        let outside = |i: usize| matrix.row(i)[..i].iter().map(|value| value * value).sum::<f64>();
        if (0..size).map(outside).sum::<f64>() <= 1e-30 * scale {
            break;
        }
        for p in 0..size {
            for q in p + 1..size {
                turn(&mut matrix, &mut vectors, p, q);
            }
        }
    }
    ((0..size).map(|i| matrix.row(i)[i]).collect(), vectors)
}

/// Turns the plane of two axes so that nothing is left between them.
fn turn(matrix: &mut Matrix, vectors: &mut Matrix, p: usize, q: usize) {
    let between = matrix.row(p)[q];
    if between == 0.0 {
        return;
    }
    let theta = (matrix.row(q)[q] - matrix.row(p)[p]) / (2.0 * between);
    let tangent = theta.signum() / (theta.abs() + theta.hypot(1.0));
    let cosine = 1.0 / tangent.hypot(1.0);
    let sine = tangent * cosine;
    rotate_rows(matrix, p, q, cosine, sine);
    for i in 0..matrix.size {
        let row = matrix.row_mut(i);
        (row[p], row[q]) = (cosine * row[p] - sine * row[q], sine * row[p] + cosine * row[q]);
    }
    rotate_rows(vectors, p, q, cosine, sine);
}

fn rotate_rows(matrix: &mut Matrix, p: usize, q: usize, cosine: f64, sine: f64) {
    let size = matrix.size;
    let (first, second) = matrix.values.split_at_mut(q * size);
    for (left, right) in first[p * size..(p + 1) * size].iter_mut().zip(&mut second[..size]) {
        (*left, *right) = (cosine * *left - sine * *right, sine * *left + cosine * *right);
    }
}
