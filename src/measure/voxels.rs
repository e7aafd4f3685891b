//! The values of an image file, PNG or `.npy`, as they stand in it, and what had to be assumed to read them.

use std::path::Path;

use super::source;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::Text;
use tables::npy;
pub(super) use tables::npy::shown as shape;

/// The values of an image.
pub(super) struct Voxels {
    /// The lengths of its axes, those of length 1 left out (but one stays where all are).
    pub(super) shape: Vec<usize>,
    /// The lengths as the file has them.
    pub(super) stored: Vec<usize>,
    /// The values, the last axis fastest.
    pub(super) values: Vec<f64>,
    /// The largest value that a file of this kind can hold, where that is a white pixel's: 255 of eight bits.
    pub(super) white: Option<f64>,
    /// What was assumed.
    pub(super) assumed: Vec<Assumed>,
}

/// What was assumed about a file: what a reader has to know, for it could have been meant otherwise.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Assumed {
    /// The grey levels are the same throughout: the shape stands in the alpha channel.
    Alpha,
    /// The indices of a palette are the labels; the colour of index 0.
    Palette([u8; 3]),
    /// Axes of length 1 were left out: the lengths as stored, and what was left.
    Squeezed(String, String),
    /// Grey levels from 0 to this were read as probabilities from 0 to 1.
    Scaled(String),
    /// Values that are no probabilities were held against a threshold between 0 and 1.
    Unscaled,
}

impl Assumed {
    /// What was assumed, told of the first file, and of how many more.
    pub(super) fn text(&self, file: &str, more: usize) -> Text {
        let (en, ja) = match more {
            0 => (String::new(), String::new()),
            1 => (" (and 1 more file)".to_owned(), "（ほか1ファイル）".to_owned()),
            n => (format!(" (and {n} more files)"), format!("（ほか{n}ファイル）")),
        };
        let told = match self {
            Self::Alpha => Text::new(
                "its grey levels are the same throughout, so its shape was read from the alpha channel.",
                "階調がすべて同じため、アルファチャンネルをマスクとして読みました。",
            ),
            Self::Palette([r, g, b]) => {
                let colour = format!("#{r:02x}{g:02x}{b:02x}");
                text!(
                    "it has a palette, whose indices were read as labels; index 0 (the colour {colour}) is the background.",
                    "カラーパレットの番号をラベルとして読みました。番号0（色 {colour}）は背景とみなします。"
                )
            }
            Self::Squeezed(stored, left) => text!(
                "axes of length 1 were left out: {stored} was read as {left}.",
                "長さ1の軸を除き、{stored} を {left} として読みました。"
            ),
            Self::Scaled(white) => text!(
                "whole numbers from 0 to {white} were read as probabilities from 0 to 1, as --threshold lies between 0 and 1.",
                "--threshold が0から1の間なので、0～{white}の整数を0～1の確率として読みました。"
            ),
            Self::Unscaled => Text::new(
                "it holds values outside 0 to 1; --threshold was applied to them as they are.",
                "0から1の範囲外の値があります。--threshold は値にそのまま適用しました。",
            ),
        };
        Text { en: format!("{file}{en}: {}", told.en).into(), ja: format!("{file}{ja}：{}", told.ja).into() }
    }
}

/// Where a voxel lies, along each axis from 0.
pub(super) fn place(shape: &[usize], mut at: usize) -> String {
    let mut along = Vec::new();
    for &length in shape.iter().rev() {
        along.push((at % length.max(1)).to_string());
        at /= length.max(1);
    }
    along.reverse();
    format!("({})", along.join(", "))
}

/// Reads PNG or `.npy`: which of them it is, its first letters tell.
pub(super) fn read(path: &Path) -> Result<Voxels, Fault> {
    let bytes = source::bytes(path)?;
    let refuse = |(found, expected): (Text, Text)| {
        Fault::new(Id::Unreadable, Place::file(path.display().to_string()), found, expected)
    };
    let voxels = if bytes.starts_with(b"\x89PNG") {
        png(&bytes).map_err(refuse)?
    } else if bytes.starts_with(npy::BEGINS) {
        let expected = || {
            Text::new(
                "an array of bool, integers or floats with 1 to 3 axes, as numpy.save writes it",
                "numpy.save で書き出した、bool・整数・浮動小数の1～3軸の配列",
            )
        };
        array(&bytes).map_err(|found| refuse((found, expected())))?
    } else {
        let found =
            FORMATS.iter().find(|(begins, at, _)| bytes.get(*at..).is_some_and(|rest| rest.starts_with(begins)));
        return Err(refuse((
            found.map_or_else(
                || Text::new("neither PNG nor .npy", "PNGでも .npy でもありません"),
                |(_, _, name)| text!("{name}, neither PNG nor .npy", "{name}です（PNGでも .npy でもありません）"),
            ),
            Text::new("a mask as PNG, or as .npy (numpy.save)", "PNGまたは .npy（numpy.save）のマスク"),
        )));
    };
    Ok(squeezed(voxels))
}

/// How files of other formats begin, and where.
const FORMATS: &[(&[u8], usize, &str)] = &[
    (b"\xff\xd8\xff", 0, "JPEG"),
    (b"GIF8", 0, "GIF"),
    (b"BM", 0, "BMP"),
    (b"II*\0", 0, "TIFF"),
    (b"MM\0*", 0, "TIFF"),
    (b"PK\x03\x04", 0, "ZIP (.npz?)"),
    (b"\x1f\x8b", 0, "gzip (.nii.gz?)"),
    (b"NRRD", 0, "NRRD"),
    (b"DICM", 128, "DICOM"),
    (b"n+1\0", 344, "NIfTI"),
    (b"\x89HDF", 0, "HDF5"),
    (b"MATLAB", 0, "MATLAB"),
    (b"PAR1", 0, "Parquet"),
];

/// Without the axes of length 1: along them there is nothing but border, and a surface would be everywhere.
fn squeezed(mut voxels: Voxels) -> Voxels {
    if voxels.stored.contains(&1) && voxels.stored.len() > 1 {
        voxels.shape = voxels.stored.iter().copied().filter(|&length| length != 1).collect();
        if voxels.shape.is_empty() {
            voxels.shape.push(1);
        }
        voxels.assumed.push(Assumed::Squeezed(shape(&voxels.stored), shape(&voxels.shape)));
    }
    voxels
}

// ---- PNG -----------------------------------------------------------------------------------------------------------

/// No mask is larger, in bytes once it is read.
const LARGEST: usize = 1 << 30;

/// Reads a PNG as it stands in the file: a label of 2 in four bits is 2, an index of a palette is itself.
fn png(bytes: &[u8]) -> Result<Voxels, (Text, Text)> {
    let damaged = |error: png::DecodingError| {
        (
            text!("a PNG that cannot be read ({error})", "読み込めないPNGです（{error}）"),
            Text::new("an undamaged PNG", "壊れていないPNG"),
        )
    };
    let mut decoder = png::Decoder::new_with_limits(std::io::Cursor::new(bytes), png::Limits { bytes: LARGEST });
    decoder.set_transformations(png::Transformations::IDENTITY);
    let mut reader = decoder.read_info().map_err(damaged)?;
    let info = reader.info();
    if info.animation_control().is_some_and(|animation| animation.num_frames > 1) {
        return Err((
            Text::new("a PNG of several frames", "複数のフレームをもつPNGです"),
            Text::new("one mask per file", "1ファイルにマスク1つ"),
        ));
    }
    let (height, width) = (info.height as usize, info.width as usize);
    let (kind, deep) = (info.color_type, info.bit_depth as usize);
    let palette = info.palette.as_deref().map(<[u8]>::to_vec).unwrap_or_default();
    let clear = info.trns.as_deref().map(<[u8]>::to_vec);
    let size = reader.output_buffer_size().filter(|size| *size <= LARGEST).ok_or_else(|| {
        let shown = shape(&[height, width]);
        (
            text!("a PNG of {shown} pixels", "{shown}画素のPNGです"),
            Text::new("a mask that fits into memory", "メモリーに収まるマスク"),
        )
    })?;
    let mut buffer = vec![0; size];
    let frame = reader.next_frame(&mut buffer).map_err(damaged)?;
    let channels = kind.samples();
    // Sample by sample, each row beginning on a byte of its own.
    let mut samples = Vec::with_capacity(height * width * channels);
    for line in buffer.chunks_exact(frame.line_size.max(1)).take(height) {
        let of = |at: usize| match deep {
            8 => line[at],
            _ => line[at * deep / 8] >> (8 - deep - at * deep % 8) & ((1 << deep) - 1),
        };
        if deep == 16 {
            samples.extend(line.chunks_exact(2).take(width * channels).map(|b| u16::from_be_bytes([b[0], b[1]])));
        } else {
            samples.extend((0..width * channels).map(|at| u16::from(of(at))));
        }
    }
    let shape = vec![height, width];
    let white = u16::try_from((1_u32 << deep) - 1).unwrap_or(u16::MAX);
    let (levels, assumed) = match kind {
        png::ColorType::Indexed => {
            let background = palette.first_chunk::<3>().copied().unwrap_or_default();
            (samples, vec![Assumed::Palette(background)])
        }
        _ => grey(&samples, channels, &shape)?,
    };
    // One grey level may be declared transparent: where that is not black, the file says two things.
    let transparent =
        clear.filter(|_| kind == png::ColorType::Grayscale).and_then(|clear| clear.first_chunk::<2>().copied());
    if let Some(level) = transparent.map(u16::from_be_bytes).filter(|level| *level > 0 && levels.contains(level)) {
        return Err((
            text!("a grey level, {level}, that is transparent", "透明と指定された階調（{level}）があります"),
            Text::new("a mask without transparency", "透明な部分のないマスク"),
        ));
    }
    // An index is no grey level, and no probability.
    let white = (kind != png::ColorType::Indexed).then(|| f64::from(white));
    let values = levels.into_iter().map(f64::from).collect();
    Ok(Voxels { stored: shape.clone(), shape, values, white, assumed })
}

/// The grey levels among samples of 1 to 4 channels: grey, grey and alpha, RGB, RGB and alpha.
fn grey(samples: &[u16], channels: usize, shape: &[usize]) -> Result<(Vec<u16>, Vec<Assumed>), (Text, Text)> {
    let pixels = || samples.chunks_exact(channels);
    if channels > 2
        && let Some(at) = pixels().position(|pixel| pixel[0] != pixel[1] || pixel[1] != pixel[2])
    {
        let place = place(shape, at);
        return Err((
            text!("a colour at {place}", "{place} に色があります"),
            Text::new(
                "a mask in grey levels, or with a palette whose indices are the labels",
                "グレースケールのマスク、またはパレットの番号がラベルであるマスク",
            ),
        ));
    }
    let levels: Vec<u16> = pixels().map(|pixel| pixel[0]).collect();
    if channels == 1 || channels == 3 {
        return Ok((levels, Vec::new()));
    }
    let alpha: Vec<u16> = pixels().map(|pixel| pixel[channels - 1]).collect();
    let same = |values: &[u16]| values.windows(2).all(|pair| pair[0] == pair[1]);
    if same(&alpha) {
        return Ok((levels, Vec::new()));
    }
    if same(&levels) {
        return Ok((alpha, vec![Assumed::Alpha]));
    }
    // What is transparent is not shown: where it is black as well, both say the same.
    match levels.iter().zip(&alpha).position(|(level, alpha)| (*level > 0) != (*alpha > 0)) {
        None => Ok((levels, Vec::new())),
        Some(at) => {
            let place = place(shape, at);
            Err((
                text!(
                    "grey levels and an alpha channel that differ, first at {place}",
                    "階調とアルファチャンネルが一致しません（最初は {place}）"
                ),
                Text::new(
                    "one of the two: a mask in grey levels without transparency, or one grey level and its alpha channel",
                    "どちらか一方。透明部分のないグレースケール、または1つの階調とアルファチャンネル",
                ),
            ))
        }
    }
}

// ---- NumPy ---------------------------------------------------------------------------------------------------------

/// Reads an array of up to three axes, besides those of length 1.
fn array(bytes: &[u8]) -> Result<Voxels, Text> {
    let head = npy::head(bytes)?;
    let long = head.shape.iter().filter(|&&length| length != 1).count();
    if head.shape.is_empty() || long > 3 {
        let (n, shown) = (head.shape.len(), head.shown());
        return Err(text!("an array of {n} axes ({shown})", "{n}軸の配列です（{shown}）"));
    }
    let given: Vec<f64> = head.values(bytes)?.collect();
    if let Some(at) = given.iter().position(|value| !value.is_finite()) {
        let n = at + 1;
        return Err(text!("NaN or infinity, as value {n}", "{n}番目の値がNaNまたは無限大です"));
    }
    let (white, values) = (head.white(), head.rows_first(given));
    Ok(Voxels { shape: head.shape.clone(), stored: head.shape, values, white, assumed: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An array as numpy 2.4 saves it.
    fn saved(descr: &str, columns_first: bool, shape: &str, data: &[u8]) -> Vec<u8> {
        let order = if columns_first { "True" } else { "False" };
        let header = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
        let mut out = b"\x93NUMPY\x01\x00".to_vec();
        out.extend(u16::try_from(header.len()).expect("short").to_le_bytes());
        out.extend(header.as_bytes());
        out.extend(data);
        out
    }

    #[test]
    fn both_orders_of_axes_give_the_same_image() {
        let rows = array(&saved("|u1", false, "(2, 3)", &[1, 2, 3, 4, 5, 6])).expect("sound");
        let columns = array(&saved("|u1", true, "(2, 3)", &[1, 4, 2, 5, 3, 6])).expect("sound");
        assert_eq!(rows.values, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(columns.values, rows.values);
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "to the bit is the point")]
    fn both_orders_of_bytes_give_the_same_numbers() {
        let number = |descr: &str, bytes: &[u8]| array(&saved(descr, false, "(1,)", bytes)).expect("sound").values[0];
        assert_eq!(number("<i2", &258_i16.to_le_bytes()), 258.0);
        assert_eq!(number(">i2", &258_i16.to_be_bytes()), 258.0);
        assert_eq!(number(">f8", &0.7_f64.to_be_bytes()), 0.7);
    }

    #[test]
    fn axes_of_length_one_are_left_out() {
        let shape = |axes: &str| squeezed(array(&saved("|u1", false, axes, &[1; 6])).expect("sound")).shape;
        assert_eq!(shape("(1, 2, 3)"), [2, 3]);
        assert_eq!(shape("(2, 3, 1)"), [2, 3]);
        assert_eq!(shape("(1, 1, 6, 1)"), [6]);
        let one = squeezed(array(&saved("|u1", false, "(1, 1)", &[1])).expect("sound"));
        assert_eq!(one.shape, [1]);
    }

    #[test]
    fn what_is_no_mask_is_refused_by_name() {
        assert!(array(&saved("|u1", false, "(2, 3)", &[1, 2])).is_err());
        assert!(array(&saved("|u1", false, "(2, 2, 2, 2)", &[0; 16])).is_err());
        assert!(array(&saved("<f4", false, "(1,)", &f32::NAN.to_le_bytes())).is_err());
        assert!(array(b"\x93NUMPY\x01\x00\xff\xff").is_err());
        assert!(array(&saved("|u1", false, "(18446744073709551615, 2)", &[0])).is_err());
        for (descr, name) in [("<c8", "complex"), ("|O", "Python objects"), ("<U4", "text"), ("<f16", "long floats")] {
            let told = array(&saved(descr, false, "(1,)", &[0; 16])).err().expect("refused");
            assert!(told.en.contains(descr) && told.en.contains(name), "{}", told.en);
        }
    }

    /// A PNG of these bytes per row.
    fn drawn(kind: png::ColorType, deep: png::BitDepth, width: u32, bytes: &[u8], palette: Option<Vec<u8>>) -> Vec<u8> {
        let mut out = Vec::new();
        let line = (width as usize * kind.samples() * deep as usize).div_ceil(8);
        let mut encoder = png::Encoder::new(&mut out, width, u32::try_from(bytes.len() / line).expect("small"));
        encoder.set_color(kind);
        encoder.set_depth(deep);
        if let Some(palette) = palette {
            encoder.set_palette(palette);
        }
        encoder.write_header().and_then(|mut writer| writer.write_image_data(bytes)).expect("sound");
        out
    }

    #[test]
    fn every_depth_keeps_its_labels() {
        use png::{BitDepth, ColorType};
        let read =
            |deep, width, bytes: &[u8]| png(&drawn(ColorType::Grayscale, deep, width, bytes, None)).expect("sound");
        // Rows of three pixels: 0, 1 and the largest.
        assert_eq!(read(BitDepth::One, 3, &[0b0110_0000]).values, [0.0, 1.0, 1.0]);
        assert_eq!(read(BitDepth::Two, 3, &[0b0001_1100]).values, [0.0, 1.0, 3.0]);
        assert_eq!(read(BitDepth::Four, 3, &[0x01, 0xf0]).values, [0.0, 1.0, 15.0]);
        assert_eq!(read(BitDepth::Eight, 3, &[0, 1, 255]).values, [0.0, 1.0, 255.0]);
        let sixteen = read(BitDepth::Sixteen, 3, &[0, 0, 0, 1, 255, 255]);
        assert_eq!((sixteen.values, sixteen.white), (vec![0.0, 1.0, 65535.0], Some(65535.0)));
        assert_eq!(read(BitDepth::Four, 3, &[0x01, 0x20, 0x30, 0x00]).shape, [2, 3], "each row begins on a byte");
    }

    #[test]
    fn indices_of_a_palette_are_the_labels() {
        use png::{BitDepth, ColorType};
        let palette = vec![0, 0, 0, 255, 0, 0, 0, 255, 0];
        let read = png(&drawn(ColorType::Indexed, BitDepth::Two, 3, &[0b0001_1000], Some(palette))).expect("sound");
        assert_eq!(read.values, [0.0, 1.0, 2.0]);
        assert_eq!(read.assumed, [Assumed::Palette([0, 0, 0])]);
        assert_eq!(read.white, None);
    }

    #[test]
    fn transparency_is_the_shape_or_says_nothing_or_is_refused() {
        use png::{BitDepth, ColorType};
        let read = |kind, width, bytes: &[u8]| png(&drawn(kind, BitDepth::Eight, width, bytes, None));
        let grey = ColorType::GrayscaleAlpha;
        let shape = read(grey, 3, &[255, 0, 255, 255, 255, 255]).expect("one grey level");
        assert_eq!((shape.values, shape.assumed), (vec![0.0, 255.0, 255.0], vec![Assumed::Alpha]));
        assert_eq!(read(grey, 2, &[0, 0, 0, 255]).expect("black and alpha").values, [0.0, 255.0]);
        assert_eq!(read(grey, 3, &[0, 255, 1, 255, 2, 255]).expect("opaque").values, [0.0, 1.0, 2.0]);
        assert_eq!(read(grey, 2, &[0, 0, 9, 255]).expect("both the same").values, [0.0, 9.0]);
        assert!(read(grey, 3, &[0, 255, 9, 255, 9, 0]).is_err(), "grey and alpha say two things");
        let colour = ColorType::Rgba;
        assert_eq!(read(colour, 2, &[9, 9, 9, 0, 9, 9, 9, 200]).expect("one grey level").values, [0.0, 200.0]);
        assert!(read(colour, 2, &[9, 0, 0, 255, 0, 0, 0, 255]).is_err(), "a colour");
        assert_eq!(read(ColorType::Rgb, 2, &[0, 0, 0, 3, 3, 3]).expect("grey").values, [0.0, 3.0]);
    }
}
