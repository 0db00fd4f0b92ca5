//! How far a pull is: the layers' own numbers, summed. Pure.

use std::collections::BTreeMap;

use bollard::models::CreateImageInfo;

/// Bytes of one layer.
#[derive(Clone, Copy, Debug, Default)]
struct Bytes {
    done: u64,
    total: Option<u64>,
}

/// One layer; downloading and extracting are two transfers of different sizes.
#[derive(Clone, Copy, Debug, Default)]
struct Layer {
    download: Bytes,
    extraction: Bytes,
}

/// How far a pull is.
#[derive(Clone, Debug, Default)]
pub struct PullProgress {
    layers: BTreeMap<String, Layer>,
    complete: bool,
}

impl PullProgress {
    /// Takes in one line of the engine's answer.
    pub(super) fn update(&mut self, line: &CreateImageInfo) {
        let Some(status) = &line.status else { return };
        // The last line: `Status: Downloaded newer image for ...` or `Status: Image is up to date for ...`.
        self.complete |= status.starts_with("Status: ");
        let Some(id) = &line.id else { return };
        let detail = line.progress_detail.as_ref();
        let number = |value: Option<i64>| value.and_then(|value| u64::try_from(value).ok());
        let done = number(detail.and_then(|detail| detail.current));
        let total = number(detail.and_then(|detail| detail.total)).filter(|&total| total > 0);
        match status.as_str() {
            "Downloading" => self.layer(id).download.advance(done, total),
            "Extracting" => self.layer(id).extraction.advance(done, total),
            "Download complete" | "Verifying Checksum" => self.layer(id).download.finish(),
            "Pull complete" => {
                let layer = self.layer(id);
                layer.download.finish();
                layer.extraction.finish();
            }
            _ => {}
        }
    }

    /// Bytes downloaded, and how many there will be, once every layer that began knows its size.
    pub fn downloaded(&self) -> (u64, Option<u64>) {
        sum(self.layers.values().map(|layer| layer.download))
    }

    /// Bytes unpacked, as [`PullProgress::downloaded`].
    pub fn extracted(&self) -> (u64, Option<u64>) {
        sum(self.layers.values().map(|layer| layer.extraction))
    }

    /// Whether the engine said that the image is complete.
    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }

    /// Whether everything that began to be downloaded is here.
    pub fn is_downloaded(&self) -> bool {
        matches!(self.downloaded(), (done, Some(total)) if done >= total && total > 0)
    }

    fn layer(&mut self, id: &str) -> &mut Layer {
        self.layers.entry(id.to_owned()).or_default()
    }
}

impl Bytes {
    /// A download that is begun anew does not make the sum run backwards.
    fn advance(&mut self, done: Option<u64>, total: Option<u64>) {
        self.done = self.done.max(done.unwrap_or(0));
        self.total = total.or(self.total);
    }

    fn finish(&mut self) {
        match self.total {
            Some(total) => self.done = total,
            None => self.total = Some(self.done),
        }
    }
}

/// The total is unknown as long as one transfer that began does not tell its own.
fn sum(transfers: impl Iterator<Item = Bytes>) -> (u64, Option<u64>) {
    let begun = transfers.filter(|bytes| bytes.done > 0 || bytes.total.is_some());
    begun.fold((0, Some(0)), |(done, total), bytes| {
        (done + bytes.done, total.zip(bytes.total).map(|(sum, total)| sum + total))
    })
}

#[cfg(test)]
mod tests {
    use bollard::models::ProgressDetail;

    use super::*;

    fn line(id: &str, status: &str, current: Option<i64>, total: Option<i64>) -> CreateImageInfo {
        CreateImageInfo {
            id: Some(id.to_owned()),
            status: Some(status.to_owned()),
            progress_detail: Some(ProgressDetail { current, total }),
            ..CreateImageInfo::default()
        }
    }

    #[test]
    fn downloading_and_extracting_are_summed_apart() {
        let mut progress = PullProgress::default();
        for line in [
            line("a", "Downloading", Some(10), Some(100)),
            line("b", "Downloading", Some(20), Some(50)),
            line("a", "Downloading", Some(60), Some(100)),
            line("b", "Download complete", None, None),
            line("b", "Extracting", Some(5), Some(50)),
        ] {
            progress.update(&line);
        }
        assert_eq!(progress.downloaded(), (110, Some(150)));
        assert_eq!(progress.extracted(), (5, Some(50)));
        assert!(!progress.is_downloaded());
    }

    #[test]
    fn a_total_that_is_missing_leaves_the_sum_open_until_the_layer_is_complete() {
        let mut progress = PullProgress::default();
        progress.update(&line("a", "Downloading", Some(10), Some(100)));
        progress.update(&line("b", "Downloading", Some(7), None));
        assert_eq!(progress.downloaded(), (17, None));
        progress.update(&line("b", "Pull complete", None, None));
        assert_eq!(progress.downloaded(), (17, Some(107)));
    }

    #[test]
    fn lines_without_a_layer_and_layers_begun_anew_do_no_harm() {
        let mut progress = PullProgress::default();
        progress.update(&CreateImageInfo { status: Some("Pulling from x".to_owned()), ..CreateImageInfo::default() });
        progress.update(&line("a", "Downloading", Some(90), Some(100)));
        progress.update(&line("a", "Downloading", Some(10), Some(100)));
        assert_eq!(progress.downloaded(), (90, Some(100)));
    }
}
