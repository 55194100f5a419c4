//! Norms: numbers brought to a common mean and size.

use crate::engine::value::Value;

impl Value {
    /// Takes the mean from every row, divides it by its deviation, and scales and shifts every column (Ba et al. 2016).
    ///
    /// # Shapes
    /// - `[…, D]`, weight and bias: `[D]` -> `[…, D]`
    #[must_use]
    pub fn layer_norm(&self, weight_D: &Self, bias_D: &Self, epsilon: f64) -> Self {
        if let (Self::Torch(input), Self::Torch(weight), Self::Torch(bias)) = (self, weight_D, bias_D) {
            return Self::Torch(input.layer_norm(weight.size(), Some(weight), Some(bias), epsilon, true));
        }
        let centred = self - self.mean_along(-1);
        let deviation = (centred.square().mean_along(-1) + epsilon).sqrt();
        centred / deviation * weight_D + bias_D
    }

    /// Divides every row by its root mean square, and scales every column (Zhang & Sennrich 2019).
    ///
    /// # Shapes
    /// - `[…, D]`, weight: `[D]` -> `[…, D]`
    #[must_use]
    pub fn rms_norm(&self, weight_D: &Self, epsilon: f64) -> Self {
        if let (Self::Torch(input), Self::Torch(weight)) = (self, weight_D) {
            return Self::Torch(input.rms_norm(weight.size(), Some(weight), epsilon));
        }
        let size = (self.square().mean_along(-1) + epsilon).sqrt();
        self / size * weight_D
    }

    /// Brings every channel to a mean and a deviation, those of the batch or given ones, and scales and shifts it (Ioffe & Szegedy 2015).
    ///
    /// Returns the mean and the variance of the batch beside, where they were taken from it: off the tape, the variance that of a
    /// sample, as running statistics are made of them.
    ///
    /// # Shapes
    /// - `[B, C, H, W]`, all others: `[C]` -> `[B, C, H, W]`
    pub fn batch_norm(
        &self,
        weight_C: &Self,
        bias_C: &Self,
        statistics: Option<(&Self, &Self)>,
        epsilon: f64,
    ) -> (Self, Option<(Self, Self)>) {
        let shape = self.shape();
        let [batch, channels, height, width] = shape[..] else { panic!("expected pictures, found {shape:?}") };
        let column = |value: &Self| value.reshape(&[1, channels, 1, 1]);
        if let Some((mean_C, variance_C)) = statistics {
            let scale = weight_C / &(variance_C + epsilon).sqrt();
            return ((self - column(mean_C)) * column(&scale) + column(bias_C), None);
        }
        let n = (batch * height * width) as f64;
        let sample = n / (n - 1.0).max(1.0);
        if let (Self::Torch(input), Self::Torch(weight), Self::Torch(bias)) = (self, weight_C, bias_C) {
            let none = None::<&tch::Tensor>;
            let (output, mean, inverse) =
                input.native_batch_norm(Some(weight), Some(bias), none, none, true, 0.0, epsilon);
            // What comes beside is 1 over the root of the variance and epsilon.
            let variance = Self::Torch(inverse.detach().square().reciprocal()) - epsilon;
            return (Self::Torch(output), Some((Self::Torch(mean.detach()), variance * sample)));
        }
        let means = |value: &Self| value.mean_along(3).mean_along(2).mean_along(0);
        let mean = means(self);
        let centred = self - &mean;
        let variance = means(&centred.square());
        let output = &centred / &(&variance + epsilon).sqrt() * column(weight_C) + column(bias_C);
        let row = |value: &Self| value.detach().reshape(&[channels]);
        (output, Some((row(&mean), row(&variance) * sample)))
    }
}
