"""What people read in Japanese about close approaches and how probable a collision is. The same keys as `english_meetings`."""

from __future__ import annotations

from collections.abc import Mapping

MEETINGS: Mapping[str, str] = {
    # 会合面
    "plane": "会合面",
    "plane across": "通過方向に垂直、水平 ({unit})",
    "plane radial": "通過方向に垂直、地球から離れる向き ({unit})",
    "plane in-track": "通過方向に垂直、進行方向 ({unit})",
    "plane miss": "この面での最接近距離: {miss}（その向きの 1σ）",
    "plane body": "両物体の大きさの合計: 半径 {radius}",
    "plane body small": "（この縮尺では見えないため、十字で位置を示す）",
    "plane rings": "相手物体と相対位置の 1σ（実線）・2σ（破線）・3σ（点線）",
    "plane no covariance": "共分散が不明のため、楕円は描かない",
    # 接近の選別
    "tca": "最接近時刻 (UTC)",
    "miss_sigma": "最接近距離 ± 1σ",
    "screening": "選別確率",
    "maximum": "最大確率",
    "set_ages": "要素の経過 (日)",
    "owner": "所有者",
    "diluted": "希釈域",
    "nearest": "最接近",
    "stays_near": "長く範囲内に留まる組:",
    "screened": "{objects} 物体のうち {within:g} km 未満の接近 {approaches} 件、範囲内の滞在 {stays} 件。{start} – {stop}Z、{"
    "as_of}Z 時点の情報による",
    "top only": "接近 {count} 件のうち上位 {shown} 件。すべて見るには --top 0",
    "top stays": "滞在 {count} 件のうち先頭 {shown} 件。すべて見るには --top 0",
    "screening note": "選別確率: 公開軌道要素と、その誤差の実績から求めた値。最大確率: 共分散の大きさをあらゆる倍率に変えたと"
    "きの最大値。希釈域: 軌道がより正確に分かれば確率が上がりうる。判断には運用者自身のデータが必要です。",
    "assets without orbit": "{count} 資産はここに軌道がなく、選別していない: {which}",
    "not screened": "{count} 物体は期間の全部または一部で選別していない: {why}。例: {first}、{span}",
    # 選別していない物体
    "why outside the ephemeris": "所有者の軌道暦がこの時刻を含まない",
    "why decays by its set": "最新の軌道要素によれば、それまでに落下している",
    "why set too old": "最も近い軌道要素でも {days:.0f} 日以上離れている",
    "why sgp4 fails": "軌道要素から SGP4 で状態が得られない（誤り {error:.0f}）",
    # 衝突確率
    "pc title": "衝突確率",
    "pc when": "最接近 {tca}Z（メッセージの時刻から {moved} ms）",
    "pc how": "最接近距離 {miss}、相対速度 {speed} km/s、両物体の大きさの合計 {radius}",
    "pc message": "メッセージ自体の値は {p}（{who}、{method}）",
    "pc chosen": "採用: {p}（{method}）",
    "pc refused": "確率を計算できなかったもの",
    "method": "手法",
    "bounds": "95 % 区間",
    "against": "この手法への疑義",
    "method foster_1992": "Foster 1992（二次元）",
    "method chan_1997": "Chan 1997（級数）",
    "method alfano_maximum_2005": "Alfano 2005（共分散の倍率についての最大値）",
    "method hall_2d_nc_2021": "Hall 2021、2D-Nc",
    "method hall_3d_nc_2021": "Hall 2021、3D-Nc",
    "method monte_carlo": "モンテカルロ（二体運動）",
    "covariance of object 1": "第一の物体の共分散",
    "covariance of object 2": "第二の物体の共分散",
    "covariance in the encounter plane": "会合面での共分散",
    "covariance": "共分散",
    "why short_encounter_holds": "会合は短く直線的で、二次元の確率が成り立つ",
    "why short_encounter_fails": "二次元の確率は成り立たない: {method}ではその {ratio:.3g} 倍",
    "why encounter_long": "会合が長い: 接触しうる時間が {reach_s:.3g} 秒、周期の {share:.1%}",
    "why orbits_bend": "誤差の範囲で軌道が曲がる: 接触が最も起こりやすい所で最接近距離が {shift_km:.3g} km ずれ、指数が {log_"
    "change:.2g} 変わる",
    "why moved_to_closest_approach": "状態を {dt_s:+.4f} 秒動かして最接近に合わせた: メッセージの時刻は異なる",
    "why no_encounter_plane": "会合面がない: 相対速度がないか、それに垂直な共分散がない",
    "why velocity_covariance_unknown": "速度の共分散が不明: 二次元の手法だけが使える",
    "why errors_correlated": "両物体の誤差は大気の予報を共有する（DCP 行）: 考慮した",
    "why diluted": "希釈域にある: 軌道がより正確に分かれば（この標準偏差の {scale:.3g} 倍）{maximum:.2e} になりうる。低い値は"
    "安全ではなく不確かさを示す",
    "why covariance_repaired": "{whose}が共分散の条件を満たさず（固有値 {least:.3g}、最大 {largest:.3g}）、修復した: {size:.0"
    "f} 個の固有値のうち {raised:.0f} 個を引き上げ、標準偏差は最大 {sigma:.3g} 倍になった",
    "why drawn_overrules": "試行がどの式とも合わない: 命中 {hits:,.0f} 回のモンテカルロを採る",
    "why drawing_wanted": "疑いのない式がない: --trials {trials:.0f} ほどの試行が望ましい",
    "why trials_no_orbit": "試行のうち {trials:,.0f} 回（{share:.2%}）は軌道にならず、外れと数えた",
    "why overlap_not_found": "二つの誤差の雲が重なる時刻が見つからない",
    "why overlap_not_found_at_times": "{times:.0f} の時刻で二つの誤差の雲の重なりが見つからない",
    "why encounter_not_brief": "会合が短くない: 頻度が釣鐘形から {misfit:.2g} 外れ、{sigma_s:.3g} 秒続く",
    "why bell_opens_upward": "球面上の {points:.0f} 点で頻度が釣鐘形にならない",
    "why number_not_converged": "積分が収束しない: 最後の細分でも値が {change:.2g} 倍変わった",
    "why neighbouring_encounter": "同じ組の隣の会合 {left_out:.0f} 件は数えていない",
    "why orbit_not_elliptic": "地球を回る楕円軌道でない状態がある",
    "why elements_covariance_clipped": "軌道要素としては {objects:.0f} 物体の共分散が条件を満たさず（最小固有値 {least_eigenv"
    "alue:.2g}）、切り詰めた",
    "why encounter_cut": "会合が途中で切れる: 期間の端でも頻度が最大の {share:.2g} 倍ある",
    "why several_peaks": "頻度の山が {peaks:.0f} つある: 衝突の期待回数は確率より大きいことがある",
}
