//! What a learner or an author would notice.

use proptest::prelude::*;

use super::*;
use diagnostics::text::Lang;

/// The functions of the room, on texts.
fn query(tables: &BTreeMap<String, DataFrame>, sql: &str) -> Result<DataFrame, SqlFault> {
    super::query(tables, &Query::read(sql)?)
}

fn column(frame: &DataFrame, key: &str, sql: &str, stream: Seed, purpose: Purpose) -> Result<Column, SqlFault> {
    super::column(frame, key, &Expression::read(sql, purpose)?, stream)
}

fn filter(frame: &DataFrame, sql: &str) -> Result<Vec<bool>, SqlFault> {
    super::filter(frame, &Expression::read(sql, Purpose::Filter)?)
}

fn parse(sql: &str, purpose: Purpose) -> Result<Names, SqlFault> {
    match purpose {
        Purpose::Check => Ok(Query::read(sql)?.names().clone()),
        _ => Ok(Expression::read(sql, purpose)?.names().clone()),
    }
}

fn exam() -> DataFrame {
    df!(
        "film" => [1_i64, 2, 3, 4, 5, 6],
        "site" => ["a", "a", "a", "b", "b", "b"],
        "label" => [true, false, true, false, true, false],
        "p" => [0.9, 0.2, 0.7, 0.1, 0.3, 0.4],
        "年齢" => [60_i64, 70, 80, 30, 40, 50],
        "gap" => [Some(1.0), None, Some(3.0), None, None, Some(6.0)],
        "answers.per_arm" => [50_i64; 6],
    )
    .unwrap()
}

/// The same films in another order, film 3 with another probability.
fn flip() -> DataFrame {
    df!("film" => [6_i64, 5, 4, 3, 2, 1], "p" => [0.4, 0.3, 0.1, 0.5, 0.2, 0.9], "only" => [1_i64, 2, 3, 4, 5, 6])
        .unwrap()
}

fn tables() -> BTreeMap<String, DataFrame> {
    [("exam", exam()), ("flip", flip())].map(|(name, frame)| (name.to_owned(), frame)).into()
}

/// The answer of a check: cells by blanks, rows by bars; or the message.
fn ask(sql: &str) -> String {
    match query(&tables(), sql) {
        Ok(frame) => rows(&frame),
        Err(fault) => fault.display(Lang::En),
    }
}

fn rows(frame: &DataFrame) -> String {
    let row = |i| frame.columns().iter().map(|column| column.get(i).unwrap().to_string()).collect::<Vec<_>>().join(" ");
    (0..frame.height()).map(row).collect::<Vec<_>>().join(" | ")
}

fn patients(n: usize) -> DataFrame {
    let keys: Vec<u64> = (0..n as u64).collect();
    let age: Vec<f64> = keys.iter().map(|k| 40.0 + (k % 50) as f64).collect();
    let share: Vec<f64> = keys.iter().map(|k| (k % 100) as f64 / 100.0).collect();
    df!("key" => keys, "age" => age, "share" => share).unwrap()
}

fn draw_of(frame: &DataFrame, sql: &str) -> Column {
    column(frame, "key", sql, Seed::new(7).named("test"), Purpose::Intervention)
        .unwrap_or_else(|f| panic!("{}", f.display(Lang::En)))
}

fn floats(frame: &DataFrame, sql: &str) -> Vec<f64> {
    draw_of(frame, sql).cast(&DataType::Float64).unwrap().f64().unwrap().iter().map(|x| x.unwrap()).collect()
}

fn fault(sql: &str, purpose: Purpose) -> String {
    let frame = exam().with_row_index("key".into(), None).unwrap();
    let result = match purpose {
        Purpose::Filter => filter(&frame, sql).map(drop),
        Purpose::Check => query(&tables(), sql).map(drop),
        _ => column(&frame, "key", sql, Seed::new(1), purpose).map(drop),
    };
    match result {
        Ok(()) => panic!("{sql} was accepted"),
        Err(fault) => fault.display(Lang::En),
    }
}

#[test]
fn metrics_are_aggregates() {
    for (sql, answer) in [
        ("SELECT auroc(label, p) >= 0.8 FROM exam", "true"),
        (
            "SELECT round(auroc(label, p), 3), count(*), auroc_low(label, p) < auroc_high(label, p), ece_low(label, p) FROM exam",
            "0.889 6 true null",
        ),
        ("SELECT site, auroc(label, p) FROM exam GROUP BY site", r#""a" 1.0 | "b" 0.5"#),
        (
            "SELECT site, auroc(label, p) AS a, count(*) FROM exam GROUP BY site HAVING auroc(label, p) > 0.2 ORDER BY auroc(label, p)",
            r#""b" 0.5 3 | "a" 1.0 3"#,
        ),
        ("SELECT site FROM exam GROUP BY site HAVING auroc(label, p) > 0.7", r#""a""#),
        ("SELECT site, net_benefit(label, p, 0.25) > 0.3 AS good FROM exam GROUP BY site", r#""a" true | "b" false"#),
        ("SELECT auroc(label, flip.p) > 0.8 FROM exam JOIN flip USING (film)", "true"),
        ("WITH a AS (SELECT site, auroc(label, p) AS auc FROM exam GROUP BY site) SELECT min(auc) FROM a", "0.5"),
        ("SELECT max(auc) FROM (SELECT site, auroc(label, p) AS auc FROM exam GROUP BY site) AS t", "1.0"),
        ("SELECT auroc(label, p) > (SELECT auroc(label, p) FROM exam WHERE site = 'b') FROM exam", "true"),
        ("SELECT auroc(label, p) FILTER (WHERE site = 'b') FROM exam", "0.5"),
        // Undefined is NULL, and rows with NULL are left out.
        ("SELECT auroc(label, p) FROM exam WHERE film < 0", "null"),
        ("SELECT auroc(label, gap) FROM exam", "0.0"),
        ("SELECT brier(film > 3, p > 0.5), brier(CAST(label AS INTEGER), 1) FROM exam", "0.833333 0.5"),
        (
            "SELECT auroc(label, p) FROM exam UNION ALL SELECT brier(label, label) FROM exam ORDER BY 1",
            "0.0 | 0.888889",
        ),
    ] {
        assert_eq!(ask(sql), answer, "{sql}");
    }
}

#[test]
fn sql_people_get_what_they_expect() {
    for (sql, answer) in [
        ("SELECT avg(p > 0.5), sum(label), sum(p), count(gap), count(DISTINCT site) FROM exam", "0.333333 3 2.6 3 2"),
        // Counts are signed: their difference does not wrap around.
        (
            "SELECT count(gap) - count(*), sum(p > 2) - 1, length('ab') - 3, strpos('ab', 'b') - 5 FROM exam",
            "-3 -1 -1 -3",
        ),
        (
            "SELECT 1/2, 7 // 2, 7 % 4, div(7, 2), 1e-3, greatest(1, 2, 3), abs(-4), pow(2, -1), 12345678901234567890",
            "0.5 3 3 3 0.001 3 4 0.5 1.2346e19",
        ),
        (
            "SELECT CASE WHEN 年齢 > 55 THEN '高齢' ELSE '若年' END AS 群, count(*) FROM exam GROUP BY 群",
            r#""若年" 3 | "高齢" 3"#,
        ),
        ("SELECT count(*) FROM exam WHERE film IN (SELECT film FROM flip WHERE p > 0.3)", "3"),
        ("SELECT count(*) FROM exam WHERE film NOT IN (SELECT film FROM flip WHERE p > 0.3)", "3"),
        ("SELECT count(*) FROM exam WHERE site IN (SELECT site FROM exam WHERE p > 0.8)", "3"),
        ("SELECT count(*) FROM exam WHERE film IN (SELECT film FROM flip WHERE p > 9)", "0"),
        ("SELECT avg(film IN (SELECT film FROM flip WHERE p > 0.3)) FROM exam", "0.5"),
        ("SELECT count(*) = 0 FROM exam WHERE EXISTS (SELECT 1 FROM flip WHERE only > 6)", "true"),
        (
            "SELECT film, row_number() OVER (PARTITION BY site ORDER BY p DESC) AS n FROM exam ORDER BY film LIMIT 3",
            "1 1 | 2 3 | 3 2",
        ),
        ("SELECT film, count(*) OVER (PARTITION BY site) - 5 AS n FROM exam ORDER BY film LIMIT 2", "1 -2 | 2 -2"),
        ("SELECT film FROM exam UNION SELECT only FROM flip ORDER BY 1 DESC LIMIT 2", "6 | 5"),
        (
            "SELECT exam.film, f.p AS q FROM exam LEFT JOIN (SELECT * FROM flip WHERE only > 3) AS f USING (film) ORDER BY exam.film",
            "1 0.9 | 2 0.2 | 3 0.5 | 4 null | 5 null | 6 null",
        ),
        (
            "SELECT film, only FROM exam FULL JOIN (SELECT film + 3 AS film, only FROM flip) AS f USING (film) ORDER BY film",
            "1 null | 2 null | 3 null | 4 6 | 5 5 | 6 4 | 7 3 | 8 2 | 9 1",
        ),
        (
            "SELECT film, only FROM exam RIGHT JOIN (SELECT film + 3 AS film, only FROM flip) AS f USING (film) ORDER BY film",
            "4 6 | 5 5 | 6 4 | 7 3 | 8 2 | 9 1",
        ),
        ("SELECT count(*) FROM exam, flip WHERE exam.film = flip.film AND flip.p = exam.p", "5"),
        ("SELECT count(*) FROM exam JOIN flip ON exam.film = flip.film AND exam.p > flip.p", "1"),
        (
            "SELECT x.p FROM exam AS x JOIN exam AS y USING (film) JOIN flip USING (film) WHERE y.p > 0.5 ORDER BY x.p",
            "0.7 | 0.9",
        ),
        (
            "SELECT a.n / b.n FROM (SELECT count(*) AS n FROM exam) AS a CROSS JOIN (SELECT count(*) AS n FROM flip) AS b",
            "1.0",
        ),
        ("SELECT f FROM (SELECT film, p FROM exam) AS t(f, q) WHERE q > 0.6 ORDER BY f", "1 | 3"),
        ("SELECT row FROM (SELECT film AS row FROM exam) AS t WHERE row = 1", "1"),
        ("SELECT film FROM exam ORDER BY p * -1 LIMIT 2", "1 | 3"),
        ("SELECT extract(year FROM DATE '2024-05-06'), date('2024-05-06') < DATE '2025-01-01'", "2024 true"),
        ("SELECT expit(0), round(normal_cdf(1.959963984540054), 6), clip(7, 0, 5), logit(0.5)", "0.5 0.975 5.0 0.0"),
        ("SELECT site, count(*) FROM exam GROUP BY 1", r#""a" 3 | "b" 3"#),
        ("SELECT exam.site, avg(p) > 0.5 FROM exam GROUP BY site", r#""a" true | "b" false"#),
        ("WITH t AS (SELECT 1 AS x), u AS (SELECT x + 1 AS y FROM t) SELECT y FROM u;", "2"),
        ("SELECT sum(x) FROM (SELECT 1 AS x UNION ALL SELECT 1 UNION ALL SELECT 3) AS t", "5"),
        ("SELECT min(p > 0.05), max(label), median(p), quantile_cont(p, 0.25) FROM exam", "true true 0.35 0.225"),
        ("SELECT count(*) FROM exam WHERE p IN (1, 0.9)", "1"),
        ("SELECT count(*) FROM exam WHERE p IN (1, 2)", "0"),
        ("SELECT count(*) FROM exam WHERE film IN (-1, 2, 2.5)", "1"),
        ("SELECT -7 % 3, -7 // 3, div(-7, 3), mod(7.5, 2), round(2.5), round(0.125, 2)", "2 -3 -3 1.5 2.0 0.12"),
        ("SELECT NULL, TRUE AND NULL, coalesce(NULL, 2)", "null null 2"),
    ] {
        assert_eq!(ask(sql), answer, "{sql}");
    }
}

#[test]
fn mistakes_are_told() {
    for (sql, part) in [
        ("SELECT auroc(label, p FROM exam", "found `FROM`"),
        ("SELECT p FROM exm", "did you mean exam"),
        ("SELECT exm.p FROM exam", "did you mean exam"),
        ("SELECT P FROM exam", "did you mean p"),
        ("SELECT exam.pp FROM exam", "did you mean p"),
        ("SELECT arouc(label, p) FROM exam", "did you mean auroc"),
        ("SELECT mean(p) FROM exam", "did you mean avg"),
        ("SELECT auroc(label) FROM exam", "expected auroc(label, score)"),
        ("SELECT auroc(film, p) FROM exam", "expected 0 or 1"),
        ("SELECT auroc(site, p) FROM exam", "label of auroc is text"),
        ("SELECT count(*) FROM exam WHERE site = \"a\"", "single quotation marks if it is a text: 'a'"),
        ("SELECT p FROM exam JOIN flip USING (film)", "exam.p, flip.p"),
        ("SELECT p, avg(p) FROM exam", "p in GROUP BY"),
        ("SELECT site, p FROM exam GROUP BY site", "p in GROUP BY"),
        ("SELECT avg(p) > avg(avg(p)) FROM exam", "one aggregate at a time"),
        ("SELECT count(*) FROM exam WHERE avg(p) > 0.5", "on groups in HAVING"),
        ("SELECT avg(p) FROM exam HAVING avg(p) > 1", "HAVING after GROUP BY"),
        ("SELECT avg(p) FROM exam WHERE film", "film, a number,"),
        ("SELECT film AND label FROM exam", "a condition"),
        ("SELECT site = 3 FROM exam", "kind"),
        ("SELECT site + 3 FROM exam", "arithmetic with text"),
        ("SELECT upper(p) FROM exam", "given something else"),
        ("SELECT 1 FROM exam JOIN flip ON site = only", "differ in kind"),
        ("SELECT * FROM exam JOIN flip USING (film)", "two columns called p"),
        ("SELECT normal(0, 1) FROM exam", "same run must always get the same verdict"),
        ("SELECT auroc(label, p) OVER (PARTITION BY site) FROM exam", "GROUP BY in a WITH table"),
        ("SELECT avg(p) OVER (ORDER BY film) FROM exam", "whole partition"),
        ("SELECT (SELECT p FROM exam)", "6 rows"),
        (
            "SELECT count(*) FROM exam WHERE EXISTS (SELECT 1 FROM flip WHERE flip.film = exam.film)",
            "unknown table exam",
        ),
        ("SELECT count(*) FROM exam WHERE film IN (p, 2)", "x = a OR x = b"),
        ("SELECT film FROM exam EXCEPT SELECT film FROM flip", "LEFT JOIN"),
        ("SELECT a.film FROM exam AS a CROSS JOIN exam AS a", "twice"),
        ("SELECT film FROM exam ORDER BY 0", "from 1 to 1"),
        ("SELECT count(*) FROM exam GROUP BY 0", "from 1 to 1"),
        ("SELECT site, count(*) FROM exam GROUP BY site ORDER BY avg(p)", "ORDER BY that name"),
        ("", "SELECT"),
        ("SELECT 1; SELECT 2", "2 statements"),
        ("SELECT count(*) FROM exam WHERE 年齢 ＞ 18", "full-width sign `＞`"),
        ("SELECT count(*)\nFROM exam WHERE p >> 3", "operator >>"),
    ] {
        let told = ask(sql);
        assert!(told.contains(part), "{sql}\n  {told}");
    }
    let place = query(&tables(), "SELECT p,\n  pp FROM exam").unwrap_err().at;
    assert_eq!(place, Some((2, 3)));
    let place = query(&tables(), "SELECT p\nFROM FROM exam").unwrap_err().at;
    assert_eq!(place, Some((2, 6)));
    let japanese = query(&tables(), "SELECT avg(年) FROM exam").unwrap_err();
    assert!(
        japanese.display(Lang::Ja).starts_with("見つかったもの: 存在しない列「年」。"),
        "{}",
        japanese.display(Lang::Ja)
    );
    assert_eq!(japanese.nearest.as_deref(), Some("年齢"));
}

#[test]
fn nothing_but_reading_the_tables_is_possible() {
    let hidden = "read_csv('/etc/passwd')";
    for sql in [
        "DROP TABLE exam".to_owned(),
        "DELETE FROM exam".into(),
        "TRUNCATE TABLE exam".into(),
        "CREATE TABLE x AS SELECT 1".into(),
        "INSERT INTO exam SELECT 1".into(),
        "EXPLAIN SELECT 1".into(),
        "SHOW TABLES".into(),
        "TABLE exam".into(),
        "SELECT 1 INTO x FROM exam".into(),
        "FROM exam".into(),
        "WITH RECURSIVE t AS (SELECT 1 UNION ALL SELECT 2) SELECT * FROM t".into(),
        format!("SELECT * FROM {hidden}"),
        format!("SELECT * FROM exam JOIN {hidden} AS x USING (film)"),
        format!("SELECT * FROM exam, {hidden}"),
        format!("SELECT * FROM (SELECT * FROM {hidden}) AS t"),
        format!("WITH t AS (SELECT * FROM {hidden}) SELECT 1"),
        format!("SELECT 1 UNION SELECT * FROM {hidden}"),
        format!("SELECT (SELECT 1 FROM {hidden}) FROM exam"),
        format!("SELECT 1 FROM exam WHERE film IN (SELECT 1 FROM {hidden})"),
        format!("SELECT 1 FROM exam WHERE EXISTS (SELECT 1 FROM {hidden})"),
        format!("SELECT avg(p) FROM exam GROUP BY site HAVING 1 = (SELECT 1 FROM {hidden})"),
        format!("SELECT p FROM exam ORDER BY (SELECT 1 FROM {hidden})"),
        format!("SELECT film FROM exam JOIN flip ON exam.film = (SELECT 1 FROM {hidden})"),
        "SELECT * FROM read_parquet('x')".into(),
        "SELECT * FROM read_ipc('x')".into(),
        "SELECT * FROM read_json('x')".into(),
        "SELECT * FROM scan_csv('x')".into(),
        "SELECT * FROM 'x.csv'".into(),
        "SELECT * FROM \"/etc/passwd\"".into(),
        "SELECT read_csv('/etc/passwd')".into(),
        "SELECT columns('.*') FROM exam".into(),
        "SELECT unnest(ARRAY[1,2])".into(),
        "SELECT * FROM unnest(ARRAY[1,2]) AS t(x)".into(),
        "SELECT \"^.*$\" FROM exam".into(),
        "SELECT \"call 0\"(1)".into(),
        "SELECT lpad('a', 1000000000)".into(),
    ] {
        assert!(query(&tables(), &sql).is_err(), "{sql}");
        assert!(
            parse(&sql, Purpose::Check).is_err()
                || sql.contains("/etc/passwd\"")
                || sql.contains("^.*$")
                || sql.contains("x.csv"),
            "{sql}"
        );
        assert!(parse(&sql, Purpose::Filter).is_err(), "{sql}");
    }
    assert!(fault("film IN (SELECT film FROM flip)", Purpose::Filter).contains("a query in brackets"));
}

#[test]
fn filters_are_conditions_of_one_row() {
    let frame = exam();
    let kept = |sql: &str| filter(&frame, sql).unwrap_or_else(|fault| panic!("{}", fault.display(Lang::En)));
    assert_eq!(kept("年齢 >= 60 AND site = 'a'"), [true, true, true, false, false, false]);
    assert_eq!(kept("gap > 0"), [true, false, true, false, false, true]);
    assert_eq!(kept("label"), [true, false, true, false, true, false]);
    assert_eq!(kept("TRUE"), [true; 6]);
    assert_eq!(kept("NULL"), [false; 6]);
    assert_eq!(kept("\"年齢\" BETWEEN 40 AND 60"), [true, false, false, false, true, true]);
    assert_eq!(filter(&frame.clear(), "p > 0.5").unwrap(), Vec::<bool>::new());
    for (sql, part) in [
        ("p", "a number where a condition should stand"),
        ("film + 1", "a condition"),
        ("film AND label", "film, a number,"),
        ("bernoulli(0.5) = 1", "without chance"),
        ("avg(p) > 0.5", "a row must not depend"),
        ("row_number() OVER (ORDER BY p) < 3", "a row must not depend"),
        ("pp > 0.5", "did you mean p"),
        ("p > 0.5;", "without a semicolon"),
        ("p > 0.5 p", "nothing after it"),
        ("p > 'x", "Unterminated"),
    ] {
        let told = fault(sql, Purpose::Filter);
        assert!(told.contains(part), "{sql}\n  {told}");
    }
}

#[test]
fn rows_do_not_depend_on_other_rows() {
    let long = patients(40_000);
    for sql in
        ["normal(age, 2)", "poisson(age) + bernoulli(share)", "CASE WHEN age > 60 THEN gamma(2, 1) ELSE 0 END", "0.25"]
    {
        let all = floats(&long, sql);
        assert_eq!(floats(&long.head(Some(7)), sql), all[..7], "{sql}");
        assert_eq!(floats(&long.slice(20_000, 9), sql), all[20_000..20_009], "{sql}");
        assert_eq!(all.len(), 40_000);
        assert_eq!(draw_of(&long.clear(), sql).len(), 0);
    }
}

#[test]
fn luck_is_kept_under_intervention() {
    let frame = patients(5_000);
    let (before, after) = (floats(&frame, "normal(age, 10)"), floats(&frame, "normal(age + 3, 20)"));
    for ((b, a), age) in before.iter().zip(&after).zip(frame.column("age").unwrap().f64().unwrap().iter()) {
        let age = age.unwrap();
        assert!(((a - age - 3.0) / 20.0 - (b - age) / 10.0).abs() < 1e-12);
    }
    // More risk makes nobody well.
    let (before, after) = (floats(&frame, "bernoulli(share)"), floats(&frame, "bernoulli(least(1, share * 1.5))"));
    assert!(before.iter().zip(&after).all(|(b, a)| b <= a) && before != after);
    for (low, high) in [
        ("poisson(3)", "poisson(4)"),
        ("poisson(200)", "poisson(210)"),
        ("binomial(20, 0.3)", "binomial(20, 0.4)"),
        ("binomial(5000, 0.3)", "binomial(5000, 0.31)"),
        ("gamma(2, 1)", "gamma(3, 1)"),
        ("beta(2, 3)", "beta(3, 3)"),
        ("exponential(2)", "exponential(1)"),
    ] {
        assert!(floats(&frame, low).iter().zip(floats(&frame, high)).all(|(l, h)| *l <= h), "{low} {high}");
    }
}

#[test]
fn equal_calls_draw_twice_and_constants_draw_for_each_row() {
    let frame = patients(4_000);
    let double: Vec<f64> = floats(&frame, "normal(0, 1) + normal(0, 1)");
    let variance = double.iter().map(|x| x * x).sum::<f64>() / 4_000.0;
    assert!((1.8..2.2).contains(&variance), "{variance}");
    let mut distinct = floats(&frame, "uniform(0, 1)");
    distinct.sort_by(f64::total_cmp);
    distinct.dedup();
    assert_eq!(distinct.len(), 4_000);
    // Another stream, other luck.
    let other = column(&frame, "key", "uniform(0, 1)", Seed::new(8), Purpose::Column).unwrap();
    assert_ne!(other.f64().unwrap().get(0), draw_of(&frame, "uniform(0, 1)").f64().unwrap().get(0));
}

#[test]
fn one_thread_draws_what_two_draw() {
    let keys: Vec<u64> = (0..100_000).collect();
    let keys = UInt64Chunked::from_vec("key".into(), keys);
    let parameters = [Column::new("mean".into(), &[3.0]), Column::new("sd".into(), &[2.0])];
    let function = functions::FUNCTIONS["normal"];
    let function::How::Real(draw) = function.how else { panic!() };
    let bits = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let drawn = pool.install(|| draws::draw(function, draw, false, Seed::new(3), &keys, &parameters)).unwrap();
        drawn.f64().unwrap().iter().map(|x| x.unwrap().to_bits()).collect::<Vec<_>>()
    };
    assert_eq!(bits(1), bits(2));
}

#[test]
fn draws_have_the_right_mean_and_spread() {
    let n = 200_000;
    let frame = patients(n);
    for (sql, mean, sd) in [
        ("normal(10, 3)", 10.0, 3.0),
        ("lognormal(0, 0.5)", 0.125_f64.exp(), 0.125_f64.exp() * (0.25_f64.exp() - 1.0).sqrt()),
        ("uniform(2, 8)", 5.0, 3.0_f64.sqrt()),
        ("exponential(4)", 0.25, 0.25),
        ("gamma(3, 2)", 1.5, 0.75_f64.sqrt()),
        ("gamma(0.5, 1)", 0.5, 0.5_f64.sqrt()),
        ("beta(2, 6)", 0.25, (12.0_f64 / 64.0 / 9.0).sqrt()),
        ("beta(0.5, 0.5)", 0.5, 0.125_f64.sqrt()),
        ("weibull(2, 3)", 3.0 * 0.886_226_925_452_758, 3.0 * (1.0 - 0.886_226_925_452_758_f64.powi(2)).sqrt()),
        ("student_t(6)", 0.0, 1.5_f64.sqrt()),
        ("bernoulli(0.3)", 0.3, 0.21_f64.sqrt()),
        ("binomial(12, 0.25)", 3.0, 1.5),
        ("binomial(1000, 0.4)", 400.0, 240.0_f64.sqrt()),
        ("poisson(2.5)", 2.5, 2.5_f64.sqrt()),
        ("poisson(300)", 300.0, 300.0_f64.sqrt()),
        ("categorical(0.5, 0.3, 0.2)", 0.7, 0.61_f64.sqrt()),
        ("correlated_normal(0.6, normal(0, 1))", 0.0, 1.0),
    ] {
        let drawn = floats(&frame, sql);
        let found = drawn.iter().sum::<f64>() / n as f64;
        let spread = (drawn.iter().map(|x| (x - found).powi(2)).sum::<f64>() / n as f64).sqrt();
        assert!((found - mean).abs() < 5.0 * sd / (n as f64).sqrt(), "{sql}: mean {found}");
        assert!((spread / sd - 1.0).abs() < 0.03, "{sql}: sd {spread}");
    }
    let frame = frame.hstack(&[draw_of(&frame, "normal(0, 1)").with_name("z".into())]).unwrap();
    let (z, y) = (floats(&frame, "z"), floats(&frame, "correlated_normal(0.6, z) "));
    // The stream of both is the same here, so only the second must be drawn on another to be independent.
    let y2: Vec<f64> = column(&frame, "key", "correlated_normal(0.6, z)", Seed::new(99), Purpose::Column)
        .unwrap()
        .f64()
        .unwrap()
        .iter()
        .map(|x| x.unwrap())
        .collect();
    let product = z.iter().zip(&y2).map(|(a, b)| a * b).sum::<f64>() / n as f64;
    assert!((product - 0.6).abs() < 0.01 && y.len() == n, "{product}");
}

#[test]
fn types_nulls_and_ranges() {
    let frame = patients(100);
    for (sql, dtype) in [
        ("bernoulli(0.5)", DataType::Int64),
        ("poisson(3)", DataType::Int64),
        ("binomial(3, 0.5)", DataType::Int64),
        ("categorical(0.5, 0.5)", DataType::Int64),
        ("normal(0, 1)", DataType::Float64),
        ("CASE WHEN age > 50 THEN 1 ELSE 0 END", DataType::Int64),
        ("age > 50", DataType::Boolean),
        ("'x'", DataType::String),
        ("3", DataType::Int64),
        ("round(clip(normal(66, 14), 18, 99))", DataType::Float64),
    ] {
        let column = draw_of(&frame, sql);
        assert_eq!((column.dtype(), column.len()), (&dtype, 100), "{sql}");
    }
    assert_eq!(draw_of(&frame, "normal(NULL, 1)").null_count(), 100);
    assert_eq!(draw_of(&frame, "poisson(CASE WHEN age > 50 THEN 3.0 END)").null_count(), 22);
    for (sql, part) in [
        ("bernoulli(share + 0.5)", "p of bernoulli is 1.01 in row 52; expected a probability between 0 and 1"),
        ("normal(0, -1)", "sd of normal is -1 in row 1; expected 0 or more"),
        ("normal(age, 'x')", "sd of normal is text"),
        ("categorical(0.5, 0.6)", "add up to 1.1"),
        ("binomial(2.5, 0.5)", "a whole number"),
        ("poisson(10000000)", "1,000,000 or less"),
        ("uniform(3, 2)", "low (3) or more"),
        ("gamma(0, 1)", "more than 0"),
        ("normal(0)", "expected normal(mean, sd)"),
        ("shuffle(age)", "for interventions only"),
        ("avg(age)", "a row must not depend"),
    ] {
        let told = column(&frame, "key", sql, Seed::new(1), Purpose::Column).unwrap_err().display(Lang::En);
        assert!(told.contains(part), "{sql}\n  {told}");
    }
    let dotted = column(
        &exam().with_row_index("key".into(), None).unwrap(),
        "key",
        "answers.per_arm * 2",
        Seed::new(1),
        Purpose::Intervention,
    );
    assert_eq!(dotted.unwrap().i64().unwrap().get(0), Some(100));
}

#[test]
fn shuffle_deals_anew_whatever_the_order_of_rows() {
    let frame = patients(1_000);
    let (before, after) = (floats(&frame, "age"), floats(&frame, "shuffle(age)"));
    let sorted = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values
    };
    assert_ne!(before, after);
    assert_eq!(sorted(before.clone()), sorted(after.clone()));
    let mut backwards = floats(&frame.reverse(), "shuffle(age)");
    backwards.reverse();
    assert_eq!(backwards, after);
    // Within groups, each group keeps its own values.
    let within = floats(&frame, "shuffle(age, age > 60)");
    assert!(within.iter().zip(&before).all(|(w, b)| (*w > 60.0) == (*b > 60.0)) && within != before);
}

#[test]
fn quantiles_agree_with_the_distributions() {
    // Reference values: R 4 qnorm, to 15 digits.
    for (p, z) in [
        (0.975, 1.959_963_984_540_054),
        (0.5, 0.0),
        (1e-10, -6.361_340_902_404_056),
        (1e-20, -9.262_340_089_798_408),
        (0.1, -1.281_551_565_544_600_4),
    ] {
        assert!((quantile::normal(p) - z).abs() <= 4e-15 * z.abs().max(1.0), "{p}: {}", quantile::normal(p));
    }
    for i in 1..2_000 {
        let p = f64::from(i) / 2_000.0;
        let z = quantile::normal(p);
        assert!((quantile::normal_cdf(z) / p - 1.0).abs() < 1e-13, "{p}: {z}");
        // Closed forms: gamma(1), beta(a, 1), t with 1 and 2 degrees of freedom; t(df) for df large is normal.
        let close = |found: f64, expected: f64, what: &str| {
            assert!((found - expected).abs() <= 1e-11 * expected.abs().max(1e-3), "{what} at {p}: {found}, {expected}");
        };
        close(quantile::gamma(1.0, p), -(-p).ln_1p(), "gamma(1)");
        close(quantile::gamma(0.5, p), 0.5 * quantile::normal(0.5 + 0.5 * p).powi(2), "gamma(1/2)");
        close(quantile::beta(3.0, 1.0, p), p.cbrt(), "beta(3, 1)");
        close(quantile::beta(1.0, 0.2, p), 1.0 - (1.0 - p).powi(5), "beta(1, 0.2)");
        close(quantile::beta(0.5, 0.5, p), (std::f64::consts::FRAC_PI_2 * p).sin().powi(2), "beta(1/2, 1/2)");
        close(quantile::student_t(1.0, p), -1.0 / (std::f64::consts::PI * p).tan(), "t(1)");
        close(quantile::student_t(2.0, p), (2.0 * p - 1.0) / (2.0 * p * (1.0 - p)).sqrt(), "t(2)");
        for (shape, tolerance) in [(0.05, 1e-13), (0.9, 1e-13), (7.3, 1e-13), (2_000.0, 1e-11)] {
            let x = quantile::gamma(shape, p);
            let back = if x < 1e-280 { p } else { statrs::function::gamma::gamma_lr(shape, x) };
            assert!((back - p).abs() < tolerance, "gamma({shape}) at {p}: {back}");
        }
    }
    for (rate, p) in [(0.5, 0.9), (3.0, 0.2), (59.9, 0.999), (60.1, 0.999), (700.0, 0.01), (1e5, 0.6)] {
        let k = quantile::poisson(rate, p);
        let share = |k: f64| if k < 0.0 { 0.0 } else { statrs::function::gamma::gamma_ur(k + 1.0, rate) };
        assert!(share(k) >= p - 1e-12 && share(k - 1.0) < p + 1e-12, "poisson({rate}) at {p}: {k}");
    }
    for (n, chance, p) in
        [(10.0, 0.3, 0.4), (10.0, 0.999, 0.4), (400.0, 0.5, 0.01), (1e6, 0.2, 0.99), (50.0, 1.0 - 1e-9, 0.5)]
    {
        let k = quantile::binomial(n, chance, p);
        let share = |k: f64| match k {
            k if k < 0.0 => 0.0,
            k if k >= n => 1.0,
            k => statrs::function::beta::beta_reg(n - k, k + 1.0, 1.0 - chance),
        };
        assert!(share(k) >= p - 1e-9 && share(k - 1.0) < p + 1e-9, "binomial({n}, {chance}) at {p}: {k}");
    }
    // The ends of what a uniform number can be.
    for p in [f64::EPSILON / 4.0, 1.0 - f64::EPSILON / 2.0] {
        for x in [
            quantile::normal(p),
            quantile::gamma(0.3, p),
            quantile::gamma(30.0, p),
            quantile::beta(0.3, 0.4, p),
            quantile::beta(30.0, 4.0, p),
            quantile::student_t(3.0, p),
            quantile::poisson(5.0, p),
            quantile::poisson(5_000.0, p),
            quantile::binomial(30.0, 0.2, p),
            quantile::binomial(3_000.0, 0.2, p),
        ] {
            assert!(x.is_finite(), "{p}: {x}");
        }
    }
}

#[test]
fn names_are_told_without_data() {
    let names = parse(
        "WITH t AS (SELECT film, p AS q FROM exam WHERE site = 'a') SELECT a.missed - 3, avg(t.q) AS m FROM t CROSS JOIN answers AS a ORDER BY m",
        Purpose::Check,
    )
    .unwrap();
    assert_eq!(names.tables.iter().map(String::as_str).collect::<Vec<_>>(), ["answers", "exam"]);
    assert!(names.columns.contains(&(Some("answers".into()), "missed".into())));
    assert!(names.columns.contains(&(None, "site".into())));
    assert!(!names.columns.contains(&(None, "m".into())));
    let names = parse("normal(age, 2) + answers.per_arm", Purpose::Intervention).unwrap();
    assert_eq!(names.columns.len(), 2);
}

#[test]
fn the_registry_is_complete() {
    for function in functions() {
        assert!(!function.help.en.is_empty() && !function.help.ja.is_empty(), "{}", function.name);
        assert_eq!(function.name, function.name.to_lowercase());
    }
    // Every function of one row can really be called.
    for function in functions().filter(|function| function.kind == Kind::Row) {
        let arguments: Vec<&str> = function
            .takes
            .iter()
            .map(|takes| match *takes {
                "text" | "part" | "pattern" | "start" | "end" => {
                    if function.name == "date" {
                        "'2026-04-01'"
                    } else {
                        "'ab'"
                    }
                }
                "condition" => "TRUE",
                "decimals?" | "n" => "1",
                _ => "0.5",
            })
            .collect();
        let sql = format!("SELECT {}({})", function.name, arguments.join(", "));
        let sql = if function.name == "clip" { "SELECT clip(1, 0, 2)".to_owned() } else { sql };
        assert!(query(&tables(), &sql).is_ok(), "{sql}: {}", ask(&sql));
    }
    for function in functions().filter(|function| function.kind == Kind::Aggregate) {
        let arguments: Vec<&str> = function
            .takes
            .iter()
            .map(|takes| match *takes {
                "label" | "alert" | "event" | "error" => "label",
                "group" | "category" | "current" => "CAST(label AS INTEGER)",
                "cause" => "1",
                "categories" => "2",
                "q" | "threshold" | "specificity" | "coverage" | "at" | "cost_fp" | "cost_fn" => "0.5",
                _ => "p",
            })
            .collect();
        let sql = format!("SELECT site, {}({}) AS x FROM exam GROUP BY site", function.name, arguments.join(", "));
        assert!(query(&tables(), &sql).is_ok(), "{sql}: {}", ask(&sql));
    }
}

#[test]
fn long_and_deep_texts_are_refused_not_crashed() {
    let frame = patients(3);
    for sql in [
        format!("age{}", " + 1".repeat(1_900)),
        format!("age{}", " + 1".repeat(180)),
        format!("{}age{}", "(".repeat(5_000), ")".repeat(5_000)),
        format!("{}age{}", "(".repeat(38), ")".repeat(38)),
        "NOT ".repeat(1_500) + "TRUE",
        "- ".repeat(1_500) + "1",
        format!("{}1{}", "abs(".repeat(600), ")".repeat(600)),
        format!("{}1{}", "CASE WHEN TRUE THEN ".repeat(300), " END".repeat(300)),
        "x".repeat(30_000),
    ] {
        let _ = column(&frame, "key", &sql, Seed::new(1), Purpose::Column);
        let _ = filter(&frame, &sql);
        let _ = query(&tables(), &format!("SELECT {sql}"));
        let _ = query(&tables(), &"SELECT * FROM (".repeat(300));
    }
    assert!(draw_of(&frame, &format!("age{}", " + 1".repeat(150))).len() == 3);
    assert!(fault(&format!("p{} > 1", " + 1".repeat(1_000)), Purpose::Filter).contains("200 deep"));
    let mut tables = tables();
    tables.insert("big".into(), patients(5_000));
    let told = query(&tables, "SELECT count(*) FROM big AS a CROSS JOIN big AS b").unwrap_err().display(Lang::En);
    assert!(told.contains("25000000 rows"), "{told}");
}

const SEEDS: &[&str] = &[
    "SELECT site, auroc(label, p) AS a FROM exam WHERE film IN (1, 2, 3) GROUP BY site HAVING count(*) > 1 ORDER BY a DESC LIMIT 3",
    "WITH t AS (SELECT film, p * 2.5e-1 AS q FROM exam) SELECT avg(t.q), (SELECT max(p) FROM flip) FROM t JOIN flip USING (film)",
    "SELECT CASE WHEN p > 0.5 THEN 'x' ELSE NULL END AS c, round(p, 1), row_number() OVER (PARTITION BY site ORDER BY p) FROM exam",
    "SELECT CAST(p AS BIGINT) % 2, \"年齢\" || 'a', NOT label, p BETWEEN 0 AND 1, site LIKE 'a%' FROM exam UNION ALL SELECT 1, 'b', TRUE, FALSE, TRUE",
    "SELECT exam.*, f.p AS q FROM exam LEFT JOIN flip AS f ON exam.film = f.film AND f.p > 0.2 ORDER BY 1, film DESC",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,60}") {
        let frame = exam().with_row_index("key".into(), None).unwrap();
        let _ = column(&frame, "key", &text, Seed::new(1), Purpose::Intervention);
        let _ = filter(&frame, &text);
        let _ = query(&tables(), &text);
        let _ = query(&tables(), &format!("SELECT {text} FROM exam"));
    }

    #[test]
    fn no_mutation_makes_it_panic(which in 0..SEEDS.len(), edits in prop::collection::vec((0..200_usize, 0..40_usize, 0..3_u8), 1..4)) {
        let mut words: Vec<String> = SEEDS[which].split_inclusive([' ', '(', ')', ',']).map(str::to_owned).collect();
        let pool: Vec<String> = SEEDS.iter().flat_map(|seed| seed.split_inclusive([' ', '(', ')', ','])).map(str::to_owned).collect();
        for (from, to, kind) in edits {
            let at = to % words.len().max(1);
            let word = pool[from % pool.len()].clone();
            match kind {
                0 if words.len() > 1 => { words.remove(at); }
                1 => words.insert(at, word),
                _ => if let Some(place) = words.get_mut(at) { *place = word },
            }
        }
        let sql = words.concat();
        if let Err(fault) = query(&tables(), &sql) {
            prop_assert!(!fault.found.en.contains("stopped unexpectedly"), "{}", sql);
            prop_assert!(!fault.found.en.contains("does not survive"), "{}", sql);
        }
    }
}

#[test]
fn checks_can_be_tried_on_tables_without_rows() {
    let empty: BTreeMap<String, DataFrame> = tables().into_iter().map(|(name, frame)| (name, frame.clear())).collect();
    for sql in SEEDS {
        let tried = query(&empty, sql).unwrap_or_else(|fault| panic!("{sql}: {}", fault.display(Lang::En)));
        let real = query(&tables(), sql).unwrap_or_else(|fault| panic!("{sql}: {}", fault.display(Lang::En)));
        assert_eq!(tried.get_column_names(), real.get_column_names());
    }
    assert_eq!(rows(&query(&empty, "SELECT count(*), auroc(label, p), sum(p) FROM exam").unwrap()), "0 null null");
}

/// `cargo test --release sql::tests::speed -- --ignored --nocapture`
#[test]
#[ignore = "a measurement"]
fn speed() {
    let frame = patients(1_000_000);
    let mut total = 0.0;
    for sql in [
        "normal(age, 10)",
        "round(clip(normal(66, 14), 18, 99))",
        "bernoulli(share)",
        "lognormal(0.1, 0.3)",
        "uniform(0, 1)",
        "exponential(0.1)",
        "weibull(1.5, 10)",
        "poisson(0.4)",
        "categorical(0.2, 0.3, 0.5)",
        "CASE WHEN age > 60 THEN normal(1, 2) ELSE normal(3, 1) END",
        "binomial(10, share)",
        "poisson(200)",
        "gamma(2.5, 1)",
        "beta(2, 5)",
        "student_t(4)",
        "expit(-3 + 0.05 * age)",
    ] {
        let start = std::time::Instant::now();
        let _ = draw_of(&frame, sql);
        let seconds = start.elapsed().as_secs_f64();
        total += seconds;
        println!("{seconds:6.3} s  {sql}   (so far {total:.2} s)");
    }
    let start = std::time::Instant::now();
    let small = patients(10);
    for _ in 0..1_000 {
        let _ = draw_of(&small, "normal(age, 10)");
    }
    println!("{:.3} ms for a column of 10 rows", start.elapsed().as_secs_f64());
}

#[test]
fn a_join_counts_by_what_its_columns_share() {
    let frame = |n: i64| {
        df!["id" => (0..n).collect::<Vec<_>>(), "site" => vec!["north"; usize::try_from(n).unwrap_or(0)], "x" => vec![1.0; usize::try_from(n).unwrap_or(0)]]
            .expect("a frame")
    };
    let tables =
        BTreeMap::from([("a".to_owned(), frame(6000)), ("b".to_owned(), frame(6000)), ("c".to_owned(), frame(3))]);
    for sql in [
        "SELECT count(*) AS n FROM a JOIN b ON 1 = 1",
        "SELECT count(*) AS n FROM a JOIN b ON true",
        "SELECT count(*) AS n FROM a JOIN b ON a.x = a.x",
        "SELECT count(*) AS n FROM a JOIN b USING (site)",
        "SELECT count(*) AS n FROM a JOIN b ON a.site = b.site",
        "SELECT count(*) AS n FROM a LEFT JOIN b USING (site)",
        "SELECT count(*) AS n FROM a FULL JOIN b USING (site)",
        "SELECT count(*) AS n FROM a JOIN c USING (site) JOIN b ON a.site = b.site",
        "SELECT count(*) AS n FROM a, b",
        "SELECT count(*) AS n FROM a CROSS JOIN b",
    ] {
        let fault = query(&tables, sql).expect_err(sql);
        assert!(fault.found.en.contains("rows") || fault.found.en.contains("join"), "{sql}: {}", fault.found.en);
    }
    for (sql, rows) in [
        ("SELECT count(*) AS n FROM a JOIN b USING (id)", 6000),
        ("SELECT count(*) AS n FROM a JOIN b ON a.id = b.id AND a.site = b.site", 6000),
        ("SELECT count(*) AS n FROM a JOIN c USING (site)", 18_000),
        ("SELECT count(*) AS n FROM c LEFT JOIN a ON c.site = a.site", 18_000),
    ] {
        let found = query(&tables, sql).unwrap_or_else(|fault| panic!("{sql}: {}", fault.found.en));
        assert_eq!(found.column("n").expect("n").get(0).expect("a row").extract::<i64>(), Some(rows), "{sql}");
    }
}

#[test]
fn a_comparison_of_a_comparison_is_refused_and_one_in_brackets_is_not() {
    let told = fault("0.7 <= p <= 0.9", Purpose::Filter);
    assert!(told.contains("0.7 <= x AND x <= 0.9"), "{told}");
    let told = fault("SELECT count(*) FROM exam WHERE 0.1 < p < 0.5", Purpose::Check);
    assert!(told.contains("BETWEEN"), "{told}");
    assert_eq!(ask("SELECT count(*) FROM exam WHERE (p > 0.5) = label"), "5");
}

#[test]
fn signs_that_sql_does_not_have_are_told_with_those_that_it_has() {
    for (written, meant, column) in [
        ("age => 40", ">=", 5),
        ("age =< 40", "<=", 5),
        ("age ≥ 40", ">=", 5),
        ("age≦40", "<=", 4),
        ("site ≠ 'a => b'", "<>", 6),
    ] {
        let fault = Expression::read(written, Purpose::Filter).unwrap_err();
        assert_eq!(fault.expected.en, format!("`{meant}`"), "{written}: {}", fault.display(Lang::En));
        assert_eq!(fault.at, Some((1, column)), "{written}");
    }
    assert!(Expression::read("site = 'a => b'", Purpose::Filter).is_ok());
}
