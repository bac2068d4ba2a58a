"""What people read in Japanese about beams from the ground. The same keys as `english_illumination`."""

from __future__ import annotations

ILLUMINATION: dict[str, str] = {
    "kind illumination": "地上からの光の照射が可能",
    "geometrically possible": "幾何学的に可能",
    "no window": "可視なし",
    "site": "地上局",
    "lit windows": "可視回数",
    "lit minutes": "分",
    "lit highest": "最大仰角",
    "lit nearest": "最短距離 ± 1σ",
    "lit night": "地上局が夜",
    "lit sunlit": "衛星が日照",
    "lit outages": "可視中の障害",
    "lit expected": "偶然の期待値",
    "lit p": "p",
    "lit p holm": "p（全検定）",
    "lit start": "開始 (UTC)",
    "lit stop": "終了",
    "lit top": "仰角",
    "lit range": "距離 ± 1σ",
    "lit site sun": "局での太陽",
    "lit by night": "夜",
    "lit by day": "昼",
    "lit always": "常時（両端は期間の端）",
    "lit rise": "可視開始 (UTC)",
    "lit set": "終了",
    "lit open": "照射可",
    "lit closed": "照射禁止: 時刻、衛星、最小角 < 保つ角",
    "lit found": "地上からの照射が幾何学的に可能な時間帯: {windows}; 地上局 {sites}、衛星 {assets}、{start} – {stop}Z、"
    "{as_of}Z 時点の情報による。",
    "lit note": "幾何のみの計算である。雲、指向、光源は分からない。夜: 太陽が局の地平線下 {night}° より低い。p: 障害の時刻全体を"
    "ずらしたとき、同数以上が可視時間帯に入る割合。何かが照射されたとは述べていない。",
    "lit top only": "{count} 件のうち先頭の {shown} 件。すべて見るには --top 0。",
    "outages left out": "期間外、または一覧にない衛星の障害は除いた: {count}",
    "avoid found": "{target} の可視 {passes} 回; 照射禁止 {closed} 件; 円錐 {cone}° と各衛星の {sigmas}σ; {start} – {stop}Z、"
    "{as_of}Z 時点の情報による。",
    "avoid note": "照射禁止: 一覧の衛星が、保つべき角より光線に近い。公開軌道要素による計算であり、調整機関の予測回避に代わる"
    "ものではない。一覧にない衛星については何も述べない。",
    # explanations
    "chance": "偶然",
    "hour of the day": "時刻の偏り",
    "eclipse edge": "食の出入り",
    "South Atlantic Anomaly": "南大西洋異常帯",
    "sun glint": "太陽光の反射",
    "cloud": "雲",
    "pointing": "指向",
    "benign use": "平常の利用",
    "accident": "偶発的な照射",
    "why cloud not known": "雲の有無は分からない。雲があれば光は届かない",
    "why pointing not known": "地上局と衛星の指向は分からない",
    "why pointing within regard only": "地上局は申告された視野の範囲内にあった。実際の指向は分からない",
    "why public ranging station": "公開のレーザー測距局であり、合意のもとで反射器つきの衛星を測距している",
    "why accidents are rare": "仮想事例では、一衛星が十年間に偶発的に照射される確率は {low:.0e} から {high:.0e} と"
    "された (Ridolfi 2006)",
    "why outages and windows": "障害 {outages:.0f} 件中 {hits:.0f} 件が可視中、偶然なら {expected:.2f} 件; p = {p:.2g}、"
    "全検定を合わせて {p_holm:.2g}",
    "why no outages in the window": "期間内に障害はない（期間外 {outside:.0f} 件）",
    "why hour of the day not tested": "検定していない。軌道が分かり運用中の日が丸 {days:.0f} 日必要である",
    "why outages with the hour kept": "時刻を保つと障害 {outages:.0f} 件中 {hits:.0f} 件、偶然なら {expected:.2f} 件; p={p:.2g}",
    "why dull cause explains": "障害 {outages:.0f} 件中 {hits:.0f} 件、偶然なら {expected:.2f} 件; p = {p:.2g}",
    "why dull cause does not explain": "障害 {outages:.0f} 件中 {hits:.0f} 件、偶然なら {expected:.2f} 件; p = {p:.2g}",
}
