"""What people read, in English and Japanese: one table, the same keys in both. Object names are never translated."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from hoshimori.errors import UsageError
from hoshimori.findings import AssetState, Reason, iso

JST = np.timedelta64(9, "h")

EN: Mapping[str, str] = {
    "title": "Watch report",
    "asset": "Asset",
    "number": "Catalogue no.",
    "state": "State",
    "reasons": "Reasons",
    "age": "Newest set",
    "days_old": "{days:.1f} d old",
    "owner_oem": "owner's ephemeris",
    "neighbours": "Known neighbours",
    "approaches": "Approaches",
    "clock": "{utc}Z",
    "operator": "Operator",
    "orbit": "Orbit",
    "usual": "usual here",
    "unusual": "not usual here",
    "nearest_first": "nearest first",
    "hours": "Hours within range",
    "drift": "In-track drift (km/day)",
    "in_numbers": "The chart in numbers: lowest and highest of each day",
    "day": "Day (UTC)",
    "based_on": "{sets} element sets or ephemerides, {method}",
    "counts": "{events} events; {objects} objects with an orbit; swept in {seconds:.1f} s.",
    "quiet": "quiet",
    "attention": "attention",
    "stale": "stale",
    "not observable": "not observable",
    "window": "Window",
    "as_of": "As known at",
    "objects": "Objects known",
    "data_mode": "Data mode",
    "what_came_near": "What came near",
    "what_stays_near": "What stays near",
    "doubtful": "Element sets that were not believed",
    "longitude_plot": "Longitude against time",
    "range_plot": "Distance against time",
    "time": "Time (UTC)",
    "other": "Other object",
    "miss": "Nearest (km)",
    "rtn": "Radial / in-track / cross-track (km)",
    "speed": "Relative speed (km/s)",
    "label": "Kind",
    "normal": "Normal",
    "explanations": "Dull explanations tested",
    "yes": "yes",
    "no": "no",
    "since": "Since",
    "until": "Until",
    "evidence": "Evidence",
    "nothing": "Nothing in this window.",
    "sigma_note": "± is one sigma from the age of both element sets (consistency of public sets, not absolute error).",
    "exercise_note": "EXERCISE: an invented sky. No statement here is about a real object.",
    "mixed_note": "This report contains records that are not REAL: {modes}.",
    "verify_note": "Every claim can be run again from its own evidence: hoshimori verify events.jsonl",
    "longitude_axis": "longitude (° E)",
    "range_axis": "distance (km)",
    "past": "past",
    "predicted": "predicted",
    "how_to_read": "How to read this",
    "read_quiet": "quiet: element sets are fresh, and nothing came near that is not a known neighbour.",
    "read_attention": "attention: something came near, arrived, or contradicts the watchlist. It means unusual, nothing more.",
    "read_stale": "stale: the newest element set is too old to say what is near.",
    "read_unseen": "not observable: open data hold no orbit for this asset; its owner's ephemeris is needed.",
    # verdicts and names of explanations
    "wins": "wins",
    "possible": "possible",
    "rejected": "rejected",
    "cannot tell": "cannot tell",
    "known neighbour": "known neighbour",
    "stale element set": "stale element set",
    "unforced drift": "unforced drift",
    "wild set": "wild element set",
    "identity swap": "identity swap",
    "cross-tag": "cross-tag",
    "cannot be propagated": "cannot be propagated",
    # shapes of motion
    "drift-by": "drift-by",
    "parking": "parking",
    "circumnavigation": "circumnavigation",
    "crossing": "crossing",
    "shared slot": "shared slot",
    # reasons, filled by `say`
    "why declared co-located": "declared co-located in the watchlist",
    "why passes through": "passes through: {km_day:+.0f} km a day in track",
    "why not there before": "not there before {since} in this record",
    "why short record": "the record is only {days:.1f} days long",
    "why there since the record begins": "there since the record begins, {days:.1f} days",
    "why age of the older set": "the older set is {days:.1f} days from the moment",
    "why drift": "drifts {deg_day:+.2f} deg/day in longitude, changing by {spread:.3f} over {sets:.0f} sets",
    "why sgp4 error": "SGP4 cannot give a state at the set's own epoch (error {error:.0f})",
    "why wild set": "{km:.0f} km from its own orbit before and after; left out",
    "why cross-tagged set": "{km:.0f} km from its own orbit, {other_km:.0f} km from that of {other}; left out",
    "why identity swap": "{own} and {other} continue on each other's orbit, {km:.0f} km away, from the same gap on",
    "why cross-tag": "{own} jumps {km:.0f} km onto the orbit of {other}, which did not move",
    "why newest set is old": "the newest element set is {days:.1f} days old",
    "why not observable from open data": "not observable from open data: supply the owner's OEM (hoshimori ingest FILE)",
    "why no element set held": "no element set held for {asset}: check the number, or ingest a source that carries it",
    "why epoch ahead": "its only element set has an epoch {days:.1f} days after the moment asked, and is not believed",
    "why all stale": "EVERYTHING HERE IS OLD: the newest orbit held is of {newest}, {days:.0f} days before the moment asked. "
    "Nothing can be said about that moment. Take in newer element sets (hoshimori ingest), or ask about the time of the data: "
    "--as-of data",
    "why decayed": "the catalogue says that it came down on {date}",
    "why no orbit": "its element set of {when} gives no orbit",
    "why identity": "identity: the watchlist says {listed}, the catalogue also says {found}",
    "why event": "{kind}: {said} on {when}",
    "why approach": "{other} passes at {miss} km on {when}, {label}{because}{times}",
    "times": ", the nearest of {passes:.0f} passes",
    "why stay": "{other}: {label} since {when}, nearest {miss} km{because}",
    "because": " ({explained_by})",
    "too short": "; the record is only {record_days:.1f} days long, too short to tell whether that is usual",
}

JA: Mapping[str, str] = {
    "title": "監視報告",
    "asset": "対象衛星",
    "number": "カタログ番号",
    "state": "状態",
    "reasons": "理由",
    "age": "最新の軌道要素",
    "days_old": "{days:.1f} 日前",
    "owner_oem": "所有者の軌道暦",
    "neighbours": "既知の近隣物体",
    "approaches": "接近",
    "clock": "{utc}Z（日本時間 {jst}）",
    "operator": "運用者",
    "orbit": "軌道",
    "usual": "通常の状態",
    "unusual": "通常と異なる",
    "nearest_first": "近い順",
    "hours": "圏内の時間 (h)",
    "drift": "進行方向の移動 (km/日)",
    "in_numbers": "図の数値: 各日の最小値と最大値",
    "day": "日 (UTC)",
    "based_on": "軌道要素・軌道暦 {sets} 組、{method}",
    "counts": "事象 {events} 件、軌道のある物体 {objects} 個、所要 {seconds:.1f} 秒。",
    "quiet": "平常",
    "attention": "要注意",
    "stale": "情報が古い",
    "not observable": "観測不能",
    "window": "対象期間",
    "as_of": "情報の基準時刻",
    "objects": "把握物体数",
    "data_mode": "データ区分",
    "what_came_near": "接近した物体",
    "what_stays_near": "近傍に留まる物体",
    "doubtful": "採用しなかった軌道要素",
    "longitude_plot": "経度の時間変化",
    "range_plot": "距離の時間変化",
    "time": "時刻 (UTC)",
    "other": "相手物体",
    "miss": "最接近距離 (km)",
    "rtn": "動径 / 進行 / 軌道面外 (km)",
    "speed": "相対速度 (km/s)",
    "label": "種別",
    "normal": "通常",
    "explanations": "検証した平凡な説明",
    "yes": "はい",
    "no": "いいえ",
    "since": "開始",
    "until": "終了",
    "evidence": "証拠",
    "nothing": "この期間には該当がありません。",
    "sigma_note": "± は双方の軌道要素の経過時間に基づく 1σ です（公開要素の整合性であり、絶対誤差ではありません）。",
    "exercise_note": "演習 (EXERCISE): 架空の空です。実在の物体に関する記述は一切ありません。",
    "mixed_note": "この報告には REAL 以外の記録が含まれます: {modes}。",
    "verify_note": "すべての主張は、その証拠から再計算して検証できます: hoshimori verify events.jsonl",
    "longitude_axis": "経度 (東経 °)",
    "range_axis": "距離 (km)",
    "past": "過去",
    "predicted": "予測",
    "how_to_read": "読み方",
    "read_quiet": "平常: 軌道要素は新しく、既知の近隣物体のほかに接近したものはありません。",
    "read_attention": "要注意: 何かが接近・到来した、または監視リストと食い違います。「通常と異なる」以上の意味はありません。",
    "read_stale": "情報が古い: 最新の軌道要素が古く、近傍の状況を判断できません。",
    "read_unseen": "観測不能: 公開情報に軌道がなく、所有者の軌道暦が必要です。",
    "wins": "該当",
    "possible": "可能性あり",
    "rejected": "棄却",
    "cannot tell": "判断不能",
    "known neighbour": "既知の近隣物体",
    "stale element set": "古い軌道要素",
    "unforced drift": "自然漂流",
    "wild set": "異常な軌道要素",
    "identity swap": "識別番号の入れ替わり",
    "cross-tag": "誤同定",
    "cannot be propagated": "伝播不能",
    "drift-by": "漂流通過",
    "parking": "近傍静止",
    "circumnavigation": "周回",
    "crossing": "交差",
    "shared slot": "共有軌道位置",
    "why declared co-located": "監視リストで同一軌道位置と宣言済み",
    "why passes through": "通過中: 進行方向に 1 日 {km_day:+.0f} km",
    "why not there before": "この記録では {since} より前には不在",
    "why short record": "記録が {days:.1f} 日分しかない",
    "why there since the record begins": "記録の開始時から {days:.1f} 日間存在",
    "why age of the older set": "古い方の要素は当該時刻から {days:.1f} 日離れている",
    "why drift": "経度方向に {deg_day:+.2f} 度/日で漂流、{sets:.0f} 組で変化 {spread:.3f}",
    "why sgp4 error": "元期で SGP4 が状態を計算できない (エラー {error:.0f})",
    "why wild set": "前後の自軌道から {km:.0f} km 外れている; 除外",
    "why cross-tagged set": "自軌道から {km:.0f} km、{other} の軌道から {other_km:.0f} km; 除外",
    "why identity swap": "{own} と {other} が同じ空白期間から互いの軌道 ({km:.0f} km 先) に乗り換えている",
    "why cross-tag": "{own} が {km:.0f} km 跳び、動いていない {other} の軌道に乗った",
    "why newest set is old": "最新の軌道要素が {days:.1f} 日前のもの",
    "why not observable from open data": "公開情報では観測不能: 所有者の OEM を取り込んでください (hoshimori ingest FILE)",
    "why no element set held": "{asset} の軌道要素がない: 番号を確認するか、それを含む情報源を取り込んでください",
    "why epoch ahead": "唯一の軌道要素の元期が基準時刻より {days:.1f} 日先のため、採用しない",
    "why all stale": "すべての情報が古くなっています: 最新の軌道は {newest} のもので、"
    "基準時刻より {days:.0f} 日前です。その時点については何も言えません。"
    "新しい軌道要素を取り込む (hoshimori ingest) か、データの時点を指定してください: --as-of data",
    "why decayed": "カタログによれば {date} に落下済み",
    "why no orbit": "{when} の軌道要素からは軌道が得られない",
    "why identity": "識別: 監視リストは {listed}、カタログには {found} もある",
    "why event": "{kind}: {said} ({when})",
    "why approach": "{when} に {other} が {miss} km まで接近、{label}{because}{times}",
    "times": "（{passes:.0f} 回の接近のうち最も近いもの）",
    "why stay": "{other}: {when} から{label}、最接近 {miss} km{because}",
    "because": " ({explained_by})",
    "too short": "。記録が {record_days:.1f} 日分しかなく、平常かどうか判断できない",
}

LANGUAGES: Mapping[str, Mapping[str, str]] = {"en": EN, "ja": JA}


def words(lang: str) -> Mapping[str, str]:
    """The table of one language."""
    if lang not in LANGUAGES:
        raise UsageError(f"--lang {lang!r}: known languages are {', '.join(sorted(LANGUAGES))}")
    return LANGUAGES[lang]


def say(reason: Reason, w: Mapping[str, str], names: Mapping[str, str]) -> str:
    """A reason in words. `names`: catalogue number as text to object name.

    A code without words, which another's detector may give, is said as it stands with its values.
    """
    values = dict(reason.values)
    if f"why {reason.code}" not in w:
        return ", ".join([reason.code, *(f"{key} {value}" for key, value in sorted(values.items()))])
    for key in ("other", "own"):
        if key in values:
            values[key] = _called(str(values[key]), names)
    for key in ("when", "since", "newest"):
        if key in values:
            values[key] = when(np.datetime64(str(values[key]).rstrip("Z"), "us"), w)
    if "km" in values:
        sigma = f" ± {values['sigma_km']:.1f}" if "sigma_km" in values else ""
        values["miss"] = f"{values['km']:.1f}{sigma}"
    if "label" in values:
        values["label"] = label(str(values["label"]), w)
    explained = ", ".join(w.get(x, x) for x in str(values.get("explained_by", "")).split(", ") if x)
    values["times"] = w["times"].format(**values) if "passes" in values else ""
    values["because"] = w["because"].format(explained_by=explained) if explained else ""
    if "record_days" in values:
        values["because"] = f"{values['because']}{w['too short'].format(**values)}"
    return w[f"why {reason.code}"].format(**values)


def minute(t: np.datetime64) -> str:
    """2026-05-30 12:34 — to the minute, the year first."""
    return iso(t)[:16].replace("T", " ")


def when(t: np.datetime64, w: Mapping[str, str]) -> str:
    """A moment in UTC, for Japanese readers with Japan's own time beside it."""
    return w["clock"].format(utc=minute(t), jst=minute(t + JST)[5:])


def count(state: AssetState, name: str) -> str:
    """How many; an em dash for an asset that cannot be seen: of it, nothing is not the same as none."""
    return "—" if state.state == "not observable" else f"{state.quantities[name].value:.0f}"


def age(state: AssetState, w: Mapping[str, str]) -> str:
    """How old the newest orbit is, and whose it is if not the public one."""
    if np.isnan(state.age_days):
        return "—"
    return w["owner_oem"] if "ephemerides" in state.quantities else w["days_old"].format(days=state.age_days)


def _called(number: str, names: Mapping[str, str]) -> str:
    return f"{names[number]} ({number})" if names.get(number) else number


def label(text: str, w: Mapping[str, str]) -> str:
    """A label of an event in words: "parking", or "shared slot (parking)"."""
    outer, _, inner = text.partition(" (")
    return f"{w[outer]} ({w[inner.rstrip(')')]})" if inner else w[outer]
