use super::*;

fn exam() -> DataFrame {
    df!(
        "film" => [1_i64, 2, 3, 4, 5, 6],
        "site" => ["a", "a", "a", "b", "b", "b"],
        "label" => [true, false, true, false, true, false],
        "p" => [0.9, 0.2, 0.7, 0.1, 0.3, 0.4],
        "年齢" => [60_i64, 70, 80, 30, 40, 50],
        "gap" => [Some(1.0), None, Some(3.0), None, None, Some(6.0)],
    )
    .unwrap()
}

fn flip() -> DataFrame {
    df!("film" => [6_i64, 5, 4, 3, 2, 1], "p" => [0.4, 0.3, 0.1, 0.5, 0.2, 0.9], "only" => [1_i64, 2, 3, 4, 5, 6]).unwrap()
}

fn tables() -> BTreeMap<String, DataFrame> {
    [("exam", exam()), ("flip", flip())].map(|(name, frame)| (name.to_owned(), frame)).into()
}

fn ask(sql: &str) -> String {
    match query(&tables(), sql) {
        Ok(frame) => (0..frame.height())
            .map(|i| {
                frame.columns().iter().map(|c| format!("{}", c.get(i).unwrap())).collect::<Vec<_>>().join(" ")
            })
            .collect::<Vec<_>>()
            .join(" | "),
        Err(fault) => format!("! {}", fault.display(Lang::En)),
    }
}

#[test]
fn explore() {
    for sql in [
        "SELECT auroc(label, p) >= 0.8 FROM exam",
        "SELECT auroc(label, p), count(*), brier(label, p), auroc_low(label, p), brier_low(label, p) FROM exam",
        "SELECT site, auroc(label, p) FROM exam GROUP BY site",
        "SELECT site, auroc(label, p) AS a, count(*) FROM exam GROUP BY site HAVING auroc(label, p) > 0.2 ORDER BY auroc(label, p) DESC",
        "SELECT site, round(auroc(label, p) - 0.5, 2) FROM exam GROUP BY site ORDER BY 2",
        "SELECT avg(abs(logit(flip.p) - logit(exam.p))) <= 0.1 FROM exam JOIN flip USING (film)",
        "SELECT auroc(label, flip.p) FROM exam JOIN flip USING (film)",
        "SELECT net_benefit(label, p, 0.1) FROM exam",
        "SELECT site, net_benefit(label, p, 0.1) FROM exam GROUP BY site",
        "WITH a AS (SELECT site, auroc(label, p) AS auc FROM exam GROUP BY site) SELECT min(auc) FROM a",
        "SELECT max(auc) FROM (SELECT site, auroc(label, p) AS auc FROM exam GROUP BY site) AS t",
        "SELECT avg(p > 0.5), sum(label = TRUE), sum(p), count(gap), count(DISTINCT site), count(*) - count(gap) FROM exam",
        "SELECT count(gap) - count(*) FROM exam",
        "SELECT 1/2, 7 // 2, 7 % 4, div(7, 2), 1e-3, 2.5e10, greatest(1, 2, 3), abs(-4), least(2,1)",
        "SELECT auroc(label, p) > (SELECT auroc(label, p) FROM exam WHERE site = 'b') FROM exam",
        "SELECT count(*) FROM exam WHERE film IN (SELECT film FROM flip WHERE p > 0.3)",
        "SELECT count(*) FROM exam WHERE EXISTS (SELECT 1 FROM flip WHERE only > 5)",
        "SELECT p FROM exam JOIN flip USING (film)",
        "SELECT site, p FROM exam GROUP BY site",
        "SELECT p, avg(p) FROM exam",
        "SELECT auroc(label, p) FILTER (WHERE site = 'a') FROM exam",
        "SELECT sum(p) FILTER (WHERE site = 'a'), count(*) FILTER (WHERE label) FROM exam",
        "SELECT film, row_number() OVER (PARTITION BY site ORDER BY p DESC) AS n FROM exam ORDER BY film",
        "SELECT film, avg(p) OVER (PARTITION BY site), count(*) OVER (PARTITION BY site) - 5 FROM exam ORDER BY film",
        "SELECT film, lag(p) OVER (ORDER BY film) FROM exam ORDER BY film",
        "SELECT site AS s, count(*) AS n FROM exam GROUP BY s",
        "SELECT CASE WHEN 年齢 > 55 THEN '高齢' ELSE '若年' END AS 群, count(*) FROM exam GROUP BY 群",
        "SELECT film FROM exam UNION SELECT only FROM flip ORDER BY 1 DESC LIMIT 2",
        "SELECT * FROM exam JOIN flip USING (film)",
        "SELECT flip.* FROM exam JOIN flip USING (film) ORDER BY only LIMIT 1",
        "SELECT exam.film, f.p AS q FROM exam LEFT JOIN (SELECT * FROM flip WHERE only > 3) AS f USING (film) ORDER BY exam.film",
        "SELECT film, only FROM exam FULL JOIN (SELECT film + 3 AS film, only FROM flip) AS f USING (film) ORDER BY film",
        "SELECT film, only FROM exam RIGHT JOIN (SELECT film + 3 AS film, only FROM flip) AS f USING (film) ORDER BY film",
        "SELECT count(*) FROM exam, flip WHERE exam.film = flip.film AND flip.p = exam.p",
        "SELECT count(*) FROM exam JOIN flip ON exam.film = flip.film AND exam.p > flip.p",
        "SELECT count(*) FROM exam JOIN flip ON exam.p > flip.p",
        "SELECT a.n / b.n FROM (SELECT count(*) AS n FROM exam) AS a CROSS JOIN (SELECT count(*) AS n FROM flip) AS b",
        "SELECT median(p), stddev(p), variance(p), quantile_cont(p, 0.25), min(label), max(label), corr(p, 年齢) FROM exam",
        "SELECT DISTINCT site FROM exam",
        "SELECT avg(p - (SELECT avg(p) FROM exam)) FROM exam",
        "SELECT length(site) - 3, strpos(site, 'b') - 1, pow(2, -1), pow(p, 2), substring('hello' from 2 for 3), upper(site) FROM exam LIMIT 1",
        "SELECT auroc(label, p) FROM exam WHERE film < 0",
        "SELECT site, auroc(film, p) FROM exam GROUP BY site",
        "SELECT extract(year from date '2024-05-06'), date_part('month', date('2024-05-06'))",
        "SELECT x.p FROM exam AS x JOIN exam AS y USING (film) WHERE y.p > 0.5 ORDER BY x.p",
        "SELECT site = 3 FROM exam",
        "SELECT film AND label FROM exam",
        "SELECT avg(film) FROM exam WHERE p",
        "SELECT GREATEST(p, 0.5) FROM exam ORDER BY film DESC LIMIT 2",
        "SELECT film FROM exam ORDER BY p * -1 LIMIT 2",
        "SELECT count(*) FROM read_csv('/etc/passwd')",
        "SELECT expit(0), normal_cdf(1.96), normal_quantile(0.975), clip(7, 0, 5), logit(0.5)",
        "SELECT row FROM (SELECT film AS row FROM exam) AS t WHERE row = 1",
        "SELECT median(p) OVER (PARTITION BY site) FROM exam ORDER BY film LIMIT 1",
        "SELECT round(p, 1) IS NULL, p BETWEEN 0.1 AND 0.5, site LIKE 'a%', coalesce(gap, 0), nullif(p, 0.9) FROM exam LIMIT 1",
    ] {
        println!("{sql}\n    {}", ask(sql));
    }
}
