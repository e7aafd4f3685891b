//! Pictures: the same luck gives the same picture, a parameter changes what it names and nothing else, masks say what was drawn.

use practicum::author::docs::gallery;
use practicum::render::{Asked, LARGEST, Picture, RENDERERS, Renderer, SMALLEST, renderer};
use practicum::seed::Seed;
use proptest::prelude::*;
use rayon::prelude::*;

fn draw(renderer: &Renderer, size: usize, values: &[f64], body: u64, shot: u64) -> Picture {
    let body = Seed::new(7).named(renderer.name).at(body);
    (renderer.draw)(&Asked { size, values, body, shot: body.named("shot").at(shot) })
}

fn at(renderer: &Renderer, name: &str) -> usize {
    renderer.parameters.iter().position(|parameter| parameter.name == name).unwrap()
}

/// The defaults, but for these.
fn with(renderer: &Renderer, others: &[(&str, f64)]) -> Vec<f64> {
    let mut values: Vec<f64> = renderer.parameters.iter().map(|parameter| parameter.default).collect();
    for (name, value) in others {
        values[at(renderer, name)] = *value;
    }
    values
}

fn mask<'p>(renderer: &Renderer, picture: &'p Picture, name: &str) -> &'p [u8] {
    &picture.masks[renderer.masks.iter().position(|mask| *mask == name).unwrap()]
}

/// The pixels that differ between two pictures.
fn changed(a: &Picture, b: &Picture) -> Vec<usize> {
    let pixel = |picture: &Picture, i: usize| picture.pixels[i * picture.channels..][..picture.channels].to_vec();
    (0..a.size * a.size).filter(|&i| pixel(a, i) != pixel(b, i)).collect()
}

#[test]
fn names_ranges_and_masks_are_sound() {
    for r in RENDERERS {
        assert_eq!(renderer(r.name).unwrap().name, r.name);
        let mut names: Vec<&str> = r.parameters.iter().map(|parameter| parameter.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), r.parameters.len(), "{}: a name is there twice", r.name);
        for p in r.parameters {
            assert!(p.low < p.high && (p.low..=p.high).contains(&p.default), "{}: {}", r.name, p.name);
            assert!(!p.en.is_empty() && !p.ja.is_empty());
            assert!(!p.artefact || r.masks.contains(&p.name), "{}: no mask `{}`", r.name, p.name);
        }
    }
}

#[test]
fn a_picture_depends_on_its_luck_alone() {
    for r in RENDERERS {
        let values = with(r, &[]);
        let one = |body: u64| draw(r, 64, &values, body, 0);
        let alone: Vec<Picture> = (0..12).map(one).collect();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        let together: Vec<Picture> = pool.install(|| (0..12).into_par_iter().map(one).collect());
        assert_eq!(alone, together, "{}", r.name);
        assert_ne!(alone[0].pixels, alone[1].pixels, "{}: two bodies look the same", r.name);
        assert_ne!(alone[0].pixels, draw(r, 64, &values, 0, 1).pixels, "{}: two shots look the same", r.name);
    }
}

#[test]
fn every_parameter_has_an_effect() {
    for r in RENDERERS {
        for (i, p) in r.parameters.iter().enumerate() {
            let mut values = with(r, &[]);
            if p.name == "ridge" {
                values[at(r, "acral")] = 1.0;
            }
            if p.name == "lesion_contrast" {
                // It is about lesions: some have to be there.
                for name in ["large_lesions", "haemorrhages"] {
                    if let Some(lesions) = r.parameters.iter().position(|parameter| parameter.name == name) {
                        values[lesions] = 3.0;
                    }
                }
            }
            let ends = [p.low, p.high].map(|value| {
                values[i] = value;
                draw(r, 64, &values, 3, 0)
            });
            assert_ne!(ends[0].pixels, ends[1].pixels, "{}: `{}` changes nothing", r.name, p.name);
        }
    }
}

/// What the promise to exercises is: an artefact can be put in or taken away, and nothing else of the picture moves.
#[test]
fn artefacts_change_their_masks_and_nothing_else() {
    for r in RENDERERS {
        for (i, p) in r.parameters.iter().enumerate().filter(|(_, p)| p.artefact) {
            for size in [32, 64, 128] {
                for body in 0..10 {
                    let mut values = with(r, &[]);
                    // Other artefacts may lie over it.
                    for (k, other) in r.parameters.iter().enumerate().filter(|(_, other)| other.artefact) {
                        values[k] = if body % 2 == 0 { other.low } else { other.high };
                    }
                    values[i] = 0.0;
                    let without = draw(r, size, &values, body, 0);
                    assert!(mask(r, &without, p.name).iter().all(|&m| m == 0));
                    let mut before = without.clone();
                    for step in 1..=8 {
                        values[i] = p.high * f64::from(step) / 8.0;
                        let picture = draw(r, size, &values, body, 0);
                        let mask_now = mask(r, &picture, p.name);
                        let what = format!("{} `{}` {} body {body} size {size}", r.name, p.name, values[i]);
                        assert!(mask_now.contains(&1), "{what}: no mask");
                        let moved = changed(&without, &picture);
                        assert!(moved.iter().all(|&k| mask_now[k] == 1), "{what}: changed outside its mask");
                        assert!(!moved.is_empty(), "{what}: nothing drawn");
                        let mask_before = mask(r, &before, p.name);
                        let outside = |k: &usize| mask_now[*k] == 0 && mask_before[*k] == 0;
                        assert!(!changed(&before, &picture).iter().any(outside), "{what}: from the value before");
                        for (name, (a, b)) in r.masks.iter().zip(without.masks.iter().zip(&picture.masks)) {
                            assert!(*name == p.name || a == b, "{what}: mask `{name}` moved");
                        }
                        before = picture;
                    }
                }
            }
        }
    }
}

#[test]
fn disease_changes_its_mask_and_neither_anatomy_nor_noise() {
    let diseases = [
        ("chest-xray", "opacity", "opacity"),
        ("chest-xray", "nodule", "nodule"),
        ("chest-xray", "pneumothorax", "pneumothorax"),
        ("chest-xray@2", "opacity", "opacity"),
        ("chest-xray@2", "nodule", "nodule"),
        ("brain-mr", "small_lesions", "lesion"),
        ("brain-mr", "large_lesions", "lesion"),
        ("brain-mr@2", "small_lesions", "lesion"),
        ("brain-mr@2", "large_lesions", "lesion"),
        ("fundus", "microaneurysms", "lesion"),
        ("fundus", "haemorrhages", "lesion"),
        ("fundus", "exudates", "lesion"),
        ("fundus@2", "microaneurysms", "lesion"),
        ("fundus@2", "haemorrhages", "lesion"),
        ("fundus@2", "exudates", "lesion"),
        ("fundus@2", "flame_haemorrhages", "lesion"),
    ];
    for (name, parameter, where_to) in diseases {
        let r = renderer(name).unwrap();
        let high = r.parameters[at(r, parameter)].high;
        for size in [32, 64, 128] {
            for body in 0..10 {
                let healthy = draw(r, size, &with(r, &[(parameter, 0.0)]), body, 0);
                assert!(mask(r, &healthy, where_to).iter().all(|&m| m == 0), "{name}: `{where_to}` where all is well");
                let ill = draw(r, size, &with(r, &[(parameter, high)]), body, 0);
                let there = mask(r, &ill, where_to);
                let moved = changed(&healthy, &ill);
                let what = format!("{name} `{parameter}` body {body} size {size}");
                assert!(!moved.is_empty(), "{what}: nothing drawn");
                assert!(moved.iter().all(|&k| there[k] == 1), "{what}: changed outside its mask");
                for (other, (a, b)) in r.masks.iter().zip(healthy.masks.iter().zip(&ill.masks)) {
                    assert!(*other == where_to || a == b, "{what}: mask `{other}` moved");
                }
            }
        }
    }
}

/// Groups of neighbouring pixels (also across corners) in a mask.
fn groups(mask: &[u8], size: usize) -> usize {
    let mut left = mask.to_vec();
    let mut found = 0;
    for start in 0..left.len() {
        let mut open = vec![start];
        found += usize::from(left[start] == 1);
        while let Some(i) = open.pop() {
            if std::mem::take(&mut left[i]) == 0 {
                continue;
            }
            let (row, column) = (i / size, i % size);
            for row in row.saturating_sub(1)..(row + 2).min(size) {
                open.extend((column.saturating_sub(1)..(column + 2).min(size)).map(|column| row * size + column));
            }
        }
    }
    found
}

const BRAINS: [&str; 2] = ["brain-mr", "brain-mr@2"];

#[test]
fn lesions_of_the_brain_are_as_many_as_asked() {
    for (r, size) in BRAINS.iter().flat_map(|name| [64, 128].map(|size| (renderer(name).unwrap(), size))) {
        for body in 0..40 {
            for (small, large) in [(1.0, 0.0), (0.0, 4.0), (8.0, 2.0), (20.0, 4.0)] {
                let picture = draw(r, size, &with(r, &[("small_lesions", small), ("large_lesions", large)]), body, 0);
                let found = groups(mask(r, &picture, "lesion"), size);
                assert_eq!(found, (small + large) as usize, "{} body {body} size {size}", r.name);
            }
        }
    }
}

/// A reader must be able to see what is outlined: a lesion is bright, and lies in tissue.
#[test]
fn lesions_of_the_brain_are_seen_where_they_are_outlined() {
    let settings = [(56, 0.2), (128, 0.2), (64, 0.9)];
    for (r, (size, atrophy)) in BRAINS.iter().flat_map(|name| settings.map(|with| (renderer(name).unwrap(), with))) {
        for body in 0..40 {
            let (lesions, wide) =
                ([("small_lesions", 8.0), ("large_lesions", 2.0)], [("atrophy", atrophy), ("noise", 0.0)]);
            let ill = draw(r, size, &with(r, &[lesions, wide].concat()), body, 0);
            let healthy = draw(r, size, &with(r, &wide), body, 0);
            let (there, fluid) = (mask(r, &ill, "lesion"), mask(r, &healthy, "ventricle"));
            let outlined: Vec<usize> = (0..size * size).filter(|&i| there[i] == 1).collect();
            let wet = outlined.iter().filter(|&&i| fluid[i] == 1).count();
            assert!(wet * 50 <= outlined.len(), "body {body} size {size}: {wet} of {} in fluid", outlined.len());
            let dim = outlined.iter().filter(|&&i| ill.pixels[i] < healthy.pixels[i].saturating_add(8)).count();
            assert_eq!(dim, 0, "body {body} size {size}: {dim} of {} are hardly brighter", outlined.len());
        }
    }
}

/// A brain keeps its size in mm² however oblong the pixels are, and the picture says how oblong.
#[test]
fn the_brain_is_drawn_in_mm() {
    for r in BRAINS.iter().map(|name| renderer(name).unwrap()) {
        let area = |rows: f64, columns: f64| {
            let picture = draw(r, 128, &with(r, &[("row_spacing", rows), ("column_spacing", columns)]), 5, 0);
            assert!((picture.spacing[0] - rows).abs() < 1e-6 && (picture.spacing[1] - columns).abs() < 1e-6);
            mask(r, &picture, "brain").iter().map(|&m| f64::from(m)).sum::<f64>() * rows * columns
        };
        let square = area(1.7, 1.7);
        for (rows, columns) in [(1.7, 3.4), (5.0, 1.5), (2.2, 2.2)] {
            let share = area(rows, columns) / square;
            assert!((share - 1.0).abs() < 0.03, "{} {rows} × {columns} mm: {share}", r.name);
        }
    }
}

/// What dermatologists look for stays within the lesion and its fringe, grows with what is asked, and is strong enough to be seen.
#[test]
fn patterns_of_a_lesion_grow_with_what_is_asked() {
    let r = renderer("dermoscopy@2").unwrap();
    let size = 64;
    for body in 0..20 {
        for name in ["network", "globules", "streaks", "veil", "regression"] {
            let skin = |amount: f64| draw(r, size, &with(r, &[(name, amount), ("noise", 0.0)]), body, 0);
            let none = skin(0.0);
            let most = skin(1.0);
            let lesion = mask(r, &most, "lesion");
            let by = |i: usize, n: usize| {
                (0..n * n).any(|k| {
                    let (row, column) =
                        ((i / size + k / n).wrapping_sub(n / 2), (i % size + k % n).wrapping_sub(n / 2));
                    row < size && column < size && lesion[row * size + column] == 1
                })
            };
            assert!(changed(&none, &most).iter().all(|&i| by(i, 13)), "body {body}: `{name}` changes skin far away");
            let moved = |amount: f64| {
                let picture = skin(amount);
                let far = |i: usize| {
                    (0..3).map(|c| u32::from(picture.pixels[3 * i + c].abs_diff(none.pixels[3 * i + c]))).sum::<u32>()
                };
                (0..size * size).map(far).sum::<u32>()
            };
            let steps = [0.3, 0.6, 1.0].map(moved);
            assert!(steps.is_sorted() && steps[0] < steps[2], "body {body}: `{name}` {steps:?}");
            // At its strongest, as if 60 pixels were another colour by 30 levels in all.
            assert!(steps[2] > 1800, "body {body}: `{name}` hardly seen, {steps:?}");
        }
    }
}

/// More variety is more colours within one lesion.
#[test]
fn colours_of_a_lesion_vary_as_asked() {
    let r = renderer("dermoscopy@2").unwrap();
    let spread = |body: u64, variety: f64| {
        let picture = draw(r, 64, &with(r, &[("colour", variety), ("noise", 0.0)]), body, 0);
        let lesion = marked(r, &picture, "lesion");
        let of = |c: usize| {
            let levels = || lesion.iter().map(|&i| f64::from(picture.pixels[3 * i + c]));
            let mean = levels().sum::<f64>() / lesion.len() as f64;
            levels().map(|level| (level - mean).powi(2)).sum::<f64>() / lesion.len() as f64
        };
        (0..3).map(of).sum::<f64>().sqrt()
    };
    let steps = [0.0, 0.3, 0.6, 1.0].map(|variety| (0..20).map(|body| spread(body, variety)).sum::<f64>() / 20.0);
    assert!(steps.is_sorted() && steps[3] > 1.5 * steps[0], "{steps:?}");
}

/// On palm and sole the pigment lies either in the furrows or on the ridges; the skin around stays as it is.
#[test]
fn pigment_of_palm_and_sole_lies_in_furrows_or_on_ridges() {
    let r = renderer("dermoscopy@2").unwrap();
    for body in 0..20 {
        let palm = |ridge: f64| draw(r, 64, &with(r, &[("acral", 1.0), ("ridge", ridge), ("noise", 0.0)]), body, 0);
        let (furrows, ridges) = (palm(0.0), palm(1.0));
        let lesion = marked(r, &furrows, "lesion");
        let differ = |a: &Picture, b: &Picture| {
            lesion.iter().filter(|&&i| brighter(a, b, &[i]) > 15.0).count() as f64 / lesion.len() as f64
        };
        // Furrows are narrow, ridges are broad.
        let (on_ridges, in_furrows) = (differ(&furrows, &ridges), differ(&ridges, &furrows));
        assert!(
            on_ridges > 0.25 && in_furrows > 0.05 && on_ridges > in_furrows,
            "body {body}: {on_ridges}, {in_furrows}"
        );
    }
}

/// A flame is long, a blot is round, and both are darker than what they lie on.
#[test]
fn haemorrhages_have_the_shape_of_the_layer_they_lie_in() {
    let r = renderer("fundus@2").unwrap();
    let size = 128;
    let mut long = [0.0_f64; 2];
    for body in 0..30 {
        let eye = |name: &str, count: f64| draw(r, size, &with(r, &[(name, count), ("noise", 0.0)]), body, 0);
        for (k, name) in ["haemorrhages", "flame_haemorrhages"].into_iter().enumerate() {
            let (healthy, ill) = (eye(name, 0.0), eye(name, 1.0));
            let there = marked(r, &ill, "lesion");
            // On a vein blood is seen less.
            let vessels = mask(r, &healthy, "vessel");
            let clear: Vec<usize> = there.iter().copied().filter(|&i| vessels[i] == 0).collect();
            assert!(brighter(&healthy, &ill, &clear) > 10.0, "body {body}: {name} hardly seen");
            // The axes of the ellipse with the same moments.
            let n = there.len() as f64;
            let mean = |of: &dyn Fn(usize) -> f64| there.iter().map(|&i| of(i)).sum::<f64>() / n;
            let (x, y) = (|i: usize| (i % size) as f64, |i: usize| (i / size) as f64);
            let (mx, my) = (mean(&x), mean(&y));
            let xx = mean(&|i| (x(i) - mx).powi(2));
            let yy = mean(&|i| (y(i) - my).powi(2));
            let xy = mean(&|i| (x(i) - mx) * (y(i) - my));
            let root = ((xx - yy).powi(2) / 4.0 + xy * xy).sqrt();
            let (major, minor) = (f64::midpoint(xx, yy) + root, (f64::midpoint(xx, yy) - root).max(0.05));
            long[k] += (major / minor).sqrt() / 30.0;
        }
    }
    assert!(long[0] < 1.6 && long[1] > 2.2, "{long:?}");
}

/// Small vessel disease is seen: brighter white matter about the ventricles, more with more of it, and nothing outside the brain.
#[test]
fn white_matter_change_is_seen_and_grows() {
    let r = renderer("brain-mr@2").unwrap();
    for body in 0..20 {
        let slice = |change: f64| draw(r, 64, &with(r, &[("white_matter_change", change), ("noise", 0.0)]), body, 0);
        let (healthy, worst) = (slice(0.0), slice(1.0));
        let brain = mask(r, &healthy, "brain");
        let moved = changed(&healthy, &worst);
        // A pixel at the surface is partly brain.
        assert!(moved.iter().filter(|&&i| brain[i] == 0).count() * 50 <= moved.len(), "body {body}: outside the brain");
        let wet: Vec<usize> = marked(r, &healthy, "ventricle");
        let near: Vec<usize> = moved
            .into_iter()
            .filter(|&i| {
                let close = |&j: &usize| (i / 64).abs_diff(j / 64) <= 2 && (i % 64).abs_diff(j % 64) <= 2;
                mask(r, &healthy, "ventricle")[i] == 0 && wet.iter().any(close)
            })
            .collect();
        let steps: Vec<f64> = [0.25, 0.5, 0.75, 1.0].iter().map(|&x| brighter(&slice(x), &healthy, &near)).collect();
        assert!(steps.is_sorted_by(|a, b| a + 2.0 < *b), "body {body}: {steps:?}");
        assert!(steps[3] > 15.0, "body {body}: hardly seen, {steps:?}");
    }
}

/// Lesions are brighter than cortex, and most large ones lie where demyelination puts them: at the wall of a ventricle.
#[test]
fn lesions_of_the_brain_outshine_cortex_and_lie_beside_the_ventricles() {
    let r = renderer("brain-mr@2").unwrap();
    let (mut beside, mut all) = (0, 0);
    for body in 0..40 {
        let quiet = [("noise", 0.0), ("bias_field", 0.0)];
        let healthy = draw(r, 64, &with(r, &quiet), body, 0);
        let ill = draw(r, 64, &with(r, &[quiet.as_slice(), &[("large_lesions", 1.0)]].concat()), body, 0);
        let mut cortex: Vec<u8> = marked(r, &healthy, "brain").iter().map(|&i| healthy.pixels[i]).collect();
        cortex.sort_unstable();
        let brightest = cortex[cortex.len() * 99 / 100];
        let lesion = marked(r, &ill, "lesion");
        let middle = lesion.iter().map(|&i| ill.pixels[i]).max().unwrap();
        assert!(middle > brightest + 5, "body {body}: lesion {middle}, cortex {brightest}");
        let wet = marked(r, &healthy, "ventricle");
        let close = |i: usize, j: usize| (i / 64).abs_diff(j / 64) <= 2 && (i % 64).abs_diff(j % 64) <= 2;
        beside += usize::from(lesion.iter().any(|&i| wet.iter().any(|&j| close(i, j))));
        all += 1;
    }
    assert!(2 * beside > all, "{beside} of {all} beside a ventricle");
}

/// What a reader would measure with a ruler is what was asked: the width of the heart over that of the chest.
#[test]
fn the_heart_is_as_wide_as_asked() {
    let width = |mask: &[u8], size: usize| {
        let columns = || (0..mask.len()).filter(|&i| mask[i] == 1).map(|i| i % size);
        columns().max().unwrap() - columns().min().unwrap() + 1
    };
    for (r, asked) in ["chest-xray", "chest-xray@2"]
        .iter()
        .flat_map(|name| [0.4, 0.5, 0.6].map(|asked| (renderer(name).unwrap(), asked)))
    {
        for body in 0..20 {
            let picture = draw(r, 256, &with(r, &[("cardiothoracic_ratio", asked)]), body, 0);
            let measured = width(mask(r, &picture, "heart"), 256) as f64 / width(mask(r, &picture, "lung"), 256) as f64;
            assert!((measured - asked).abs() < 0.05, "asked {asked}, measured {measured}, body {body}");
        }
    }
}

/// How much brighter one picture is than another, on average over some of its pixels and its channels.
fn brighter(a: &Picture, b: &Picture, pixels: &[usize]) -> f64 {
    let level = |picture: &Picture, i: usize| {
        let colours = &picture.pixels[i * picture.channels..][..picture.channels];
        colours.iter().map(|&c| f64::from(c)).sum::<f64>() / picture.channels as f64
    };
    pixels.iter().map(|&i| level(a, i) - level(b, i)).sum::<f64>() / pixels.len().max(1) as f64
}

/// The pixels of a mask.
fn marked(r: &Renderer, picture: &Picture, name: &str) -> Vec<usize> {
    let mask = mask(r, picture, name);
    (0..mask.len()).filter(|&i| mask[i] == 1).collect()
}

/// More of a disease is a larger or a denser shadow, and strong enough to be seen above the grain of one pixel.
#[test]
fn shadows_on_a_film_grow_with_what_is_asked() {
    let r = renderer("chest-xray@2").unwrap();
    for body in 0..20 {
        let film = |name: &str, value: f64| draw(r, 64, &with(r, &[(name, value), ("noise", 0.0)]), body, 0);
        let healthy = film("opacity", 0.0);
        let where_to = marked(r, &film("opacity", 3.0), "opacity");
        let shades: Vec<f64> =
            [0.5, 1.0, 2.0, 3.0].iter().map(|&grade| brighter(&film("opacity", grade), &healthy, &where_to)).collect();
        assert!(shades.is_sorted_by(|a, b| a + 1.0 < *b), "body {body}: {shades:?}");
        assert!(shades[2] > 8.0, "body {body}: hardly seen, {shades:?}");
        for (name, least) in [("nodule", 8.0), ("pneumothorax", 10.0)] {
            let sizes: Vec<usize> = (1..=5).map(|k| marked(r, &film(name, least * f64::from(k)), name).len()).collect();
            assert!(sizes[0] > 0 && sizes.is_sorted_by(|a, b| a < b), "body {body}: {name} {sizes:?}");
        }
    }
}

/// Where a lung without air touches heart or diaphragm, no border is left between them (Felson's silhouette sign).
#[test]
fn a_consolidation_takes_the_border_from_what_it_touches() {
    let r = renderer("chest-xray@2").unwrap();
    let size = 64;
    let (mut before, mut after, mut touched) = (0.0, 0.0, 0);
    for body in 0..60 {
        let film = |grade: f64| draw(r, size, &with(r, &[("opacity", grade), ("noise", 0.0)]), body, 0);
        let (healthy, ill) = (film(0.0), film(3.0));
        let (lung, heart) = (mask(r, &healthy, "lung"), mask(r, &healthy, "heart"));
        let opacity = mask(r, &ill, "opacity");
        // Two pixels into the lung from the last pixel of the heart, where that lung is densest.
        for i in (0..size * size).filter(|&i| heart[i] == 1) {
            for step in [-1_isize, 1] {
                let at = i.saturating_add_signed(step);
                let lung_at = i.saturating_add_signed(3 * step);
                let shade = brighter(&ill, &healthy, &[lung_at]);
                if lung[at] == 1 && opacity[lung_at] == 1 && shade > 60.0 {
                    let across = |picture: &Picture| f64::from(picture.pixels[i]) - f64::from(picture.pixels[lung_at]);
                    (before, after, touched) = (before + across(&healthy), after + across(&ill), touched + 1);
                }
            }
        }
    }
    assert!(touched > 50, "{touched} pixels of the heart's border touched");
    assert!(after < 0.5 * before, "{before} grey levels over {touched} pixels before, {after} after");
}

/// A pneumothorax changes one lung: blacker without vessels outside the pleural line, denser within.
#[test]
fn a_lung_that_has_fallen_in_is_denser() {
    let r = renderer("chest-xray@2").unwrap();
    for size in [48, 64, 128] {
        for body in 0..20 {
            let film = |rim: f64| draw(r, size, &with(r, &[("pneumothorax", rim), ("noise", 0.0)]), body, 0);
            let (healthy, ill) = (film(0.0), film(45.0));
            let (lung, free) = (mask(r, &healthy, "lung"), mask(r, &ill, "pneumothorax"));
            let moved = changed(&healthy, &ill);
            assert!(moved.iter().all(|&i| lung[i] == 1), "body {body} size {size}: changed outside the lungs");
            let inside: Vec<usize> = moved.iter().copied().filter(|&i| free[i] == 0).collect();
            assert!(brighter(&ill, &healthy, &inside) > 2.0, "body {body} size {size}: not denser");
            assert!((0..size * size).all(|i| free[i] == 0 || lung[i] == 1));
        }
    }
}

/// A model must not be able to solve a task with one template: patients differ more than two pictures of one patient do.
#[test]
fn bodies_differ_more_than_shots() {
    for r in RENDERERS {
        let values = with(r, &[("noise", 0.0)]);
        let distance = |a: &Picture, b: &Picture| {
            let square = |(x, y): (&u8, &u8)| (f64::from(*x) - f64::from(*y)).powi(2);
            a.pixels.iter().zip(&b.pixels).map(square).sum::<f64>()
        };
        let shots: f64 = (0..30).map(|b| distance(&draw(r, 64, &values, b, 0), &draw(r, 64, &values, b, 1))).sum();
        let bodies: f64 =
            (0..30).map(|b| distance(&draw(r, 64, &values, b, 0), &draw(r, 64, &values, b + 30, 0))).sum();
        assert!(bodies > shots, "{}: {bodies} between bodies, {shots} between shots", r.name);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn whatever_is_asked_is_drawn(size in SMALLEST..=LARGEST, shares in prop::collection::vec(0.0..=1.0_f64, 20), body: u64) {
        for r in RENDERERS {
            let values: Vec<f64> = r.parameters.iter().zip(&shares).map(|(p, s)| p.low + s * (p.high - p.low)).collect();
            let picture = draw(r, size, &values, body, 0);
            prop_assert_eq!((picture.size, picture.channels), (size, r.channels));
            prop_assert_eq!(picture.pixels.len(), size * size * r.channels);
            prop_assert_eq!(picture.masks.len(), r.masks.len());
            for mask in &picture.masks {
                prop_assert!(mask.len() == size * size && mask.iter().all(|&m| m <= 1));
            }
            prop_assert!(picture.spacing.iter().all(|&mm| mm > 0.0));
        }
    }
}

#[test]
fn the_ends_of_all_ranges_are_drawn() {
    for r in RENDERERS {
        for size in [32, 33, 64, 255, 256] {
            for (i, p) in r.parameters.iter().enumerate() {
                for end in [p.low, p.high] {
                    let mut values = with(r, &[]);
                    values[i] = end;
                    assert_eq!(draw(r, size, &values, 0, 0).pixels.len(), size * size * r.channels);
                }
            }
        }
    }
}

#[test]
fn the_gallery_is_current() {
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let page = std::fs::read_to_string(docs.join(gallery::PAGE)).unwrap().replace("\r\n", "\n");
    assert!(page == gallery::page(), "docs/{} is old: practicum author gallery", gallery::PAGE);
    let mut total = 0;
    for (name, _) in gallery::pictures() {
        assert!(page.contains(&name), "{name} is not on the page");
        let bytes = std::fs::read(docs.join(&name)).unwrap();
        assert!(image::load_from_memory(&bytes).is_ok(), "{name}");
        total += bytes.len();
    }
    assert!(total < 1_500_000, "{total} bytes of pictures");
}
