"""What people read in Japanese about links out of order and about emitters. The same keys as `english_interference`."""

from __future__ import annotations

_WHAT = {
    "degraded carrier": "搬送波の劣化",
    "lost lock": "同期外れ",
    "rejected commands": "コマンドの拒否",
    "degradation": "回線の劣化",
}
_CAUSES = {"sun outage": "太陽雑音", "station fault": "地上局"}

INTERFERENCE: dict[str, str] = {
    "kind interference": "回線の異常",
    "sun outage": "太陽雑音",
    "eclipse": "食",
    "adjacent satellite": "隣接衛星",
    "own manoeuvre": "自らの軌道制御",
    "station fault": "地上局",
    "operating hours": "時刻の偏り",
    "area interference": "局周辺の電波障害",
    "not measured here": "ここでは測れないもの",
    "what_happened": "報告の内容",
    "reports_count": "報告数",
    "lasted": "継続時間",
    "dull_causes": "ありふれた原因",
    "cannot_tell_from": "区別できないもの",
    "interference found": "報告 {reports} 件（資産 {assets}）から事象 {events} 件。{start} – {stop}Z、{as_of}Z 時点の情報による",
    "interference note": "「原因不明」とは、ここで調べた原因のどれでも説明できないという意味です。降雨、機器、自局や隣接"
    "局の電波はここでは見えません。"
    "意図については何も述べません。",
    "interference no orbit": "軌道が分からない衛星: {which}。局と時刻についてのみ判断します。",
    "interference other assets": "一覧にない衛星の報告は除きました: {which}",
    "interference cells": "{day} に航空機が受けた測位障害: {cells} 区画のうち 10 % 超が {high}、2–10 % が {low}。衛星回線"
    "については何も示しません。",
    "interference windows": "{asset}: 報告と {site} の可視時間帯: {events} 件中 {hits} 件が重なる（期待値 {expected}、p {p}）",
    "emitter title": "{satellites} を通して聞こえた送信局: {verdict}",
    "emitter place": "{lat:.3f}, {lon:.3f}。95 % 楕円 {major} × {minor}、長軸は北から {azimuth:.0f} 度。重み {weight:.0%}",
    "emitter basis": "{satellite} の状態: {basis}、{when} で 1σ 約 {km:.2f} km、{m_s:.2f} m/s",
    "emitter note": "送信局は一つで動かず、高さ {height:.0f} m にあり、誤差は示されたとおりと仮定しています。",
    "emitter located": "合う場所は一つ",
    "emitter ambiguous": "合う場所が複数ある",
    "emitter cannot be located": "位置を特定できない",
    "why too few measurements": "測定値が {count:.0f} 個しかなく、最低でも二つ必要",
    "why no common view": "すべての測定時に両衛星が見える場所がない",
    "why below the horizon": "合う場所からは衛星が地平線の下になる",
    "why no place fits": "どの場所も誤差の範囲で測定を説明できない。状態、周波数、誤差のいずれかが誤っている",
    "why weak geometry": "配置が弱い: 楕円の長さが {semi_major_km:.0f} km、条件数 {condition:.0f}",
    "why region is no ellipse": "合う領域が曲がっており（長さ {semi_major_km:.0f} km、条件数 {condition:.0f}）、楕円では表せない",
    "why one place fits": "合う場所は一つ",
    "why several places fit": "合う場所が複数ある",
    "why link no orbit then": "その時刻の軌道が分からない",
    "why sun elsewhere from any place": "地球上のどこから見ても、太陽は {deg:.1f} 度以上離れていた",
    "why sun does not meet an uplink": "報告は上り回線であり、衛星の背後の太陽は下り回線に影響する",
    "why station not placed": "局の位置が示されていない",
    "why sun in the beam": "太陽が衛星から {deg:.2f} 度、ビーム内（{limit:.2f} 度まで）に報告時間の {covered:.0f} % の間あった",
    "why sun in the beam for a part": "太陽が {deg:.2f} 度まで近づいた（ビームは {limit:.2f} 度まで）。報告時間の "
    "{covered:.0f} %",
    "why sun far from the beam": "太陽は {deg:.1f} 度以上離れていた（ビームは {limit:.2f} 度まで）",
    "why link in shadow": "その {percent:.0f} % の間、衛星は地球の影にあった",
    "why near a shadow edge": "{minutes:.0f} 分の差で地球の影に出入りした",
    "why in sunlight": "日照中で、{minutes:.0f} 分以内に影はない",
    "why flare": "{flare} 級のフレアが昼側を照らした",
    "why link storm": "磁気嵐、Kp {kp:.1f}",
    "why no space weather data": "その時刻の宇宙天気が与えられていない",
    "why field quiet, flares not given": "地磁気は静穏（Kp {kp:.1f}）。フレアの情報は与えられていない",
    "why space weather quiet": "静穏: Kp {kp:.1f}、強いフレアなし",
    "why own burn near": "{hours:.1f} 時間の差で自ら軌道を変えた（確率 {percent:.0f} %）",
    "why record ends before a burn would show": "軌道制御が現れる前に記録が終わっている",
    "why no burn near": "{hours:.0f} 時間以内に自らの軌道制御はない",
    "why orbit is old": "軌道が {days:.1f} 日前のもので、角度が確かでない",
    "why orbit is fresh": "軌道は {days:.1f} 日前のもの",
    "why station not named": "局を示さない報告がある",
    "why several stations": "{count:.0f} 局が報告しており、一つの局の故障ではない",
    "why others lost at this station": "同じ局で同時に他の {count:.0f} 衛星も失われた: {which}",
    "why one satellite at one station": "一局で一衛星のみ: 局が原因とも、そうでないとも言えない",
    "why too few to show hours": "事象が {count:.0f} 件では時刻の偏りは分からない",
    "why same hour of the day": "{count:.0f} 件の事象が {hour:.1f} 時 UTC 頃に集まる（p {p:.2g}）",
    "why at any hour": "{count:.0f} 件の事象は時刻を問わず起きている（p {p:.2g}）",
    "why no area data": "電波障害の範囲の情報が与えられていない",
    "why area disturbed": "局の周辺で受信障害があった: {what}",
    "why no area near": "局の周辺で電波障害は報告されていない",
    "why rain, equipment, own carriers": "降雨、機器、自局や隣接局の電波はここでは見えない",
    "why nobody else known": "ここでは他の物体が知られていない",
    "why nobody in the beam": "{beam:.2f} 度のビーム内に他の物体はない",
    "why newly in the beam": "{other} が {beam:.2f} 度のビーム内、{deg:.2f} 度にあり、前日はいなかった",
    "why in the beam all along": "{other} が {beam:.2f} 度のビーム内、{deg:.2f} 度にあり、前日と同じ",
} | {
    key: text
    for name, what in _WHAT.items()
    for key, text in (
        *((f"{name}, explained by {cause}", f"{what}（{said}で説明できる）") for cause, said in _CAUSES.items()),
        (f"{name}, dull cause possible", f"{what}（ありふれた原因の可能性あり）"),
        (f"unexplained {name}", f"{what}（原因不明）"),
    )
}  # fmt: skip
