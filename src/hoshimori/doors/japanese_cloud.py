"""What people read in Japanese about a cloud's future. The same keys as `english_cloud`."""

from __future__ import annotations

CLOUD: dict[str, str] = {
    "cloud piece": "破片",
    "cloud perigee": "近地点高度",
    "cloud p_up": "軌道上の確率",
    "cloud p_catalogued": "カタログ掲載の確率",
    "cloud lifetime": "寿命 中央値(10 %–90 %)",
    "cloud b": "Cd A/m (m²/kg)",
    "cloud why": "根拠",
    "cloud count": "{at}Z の時点: {pieces} 個のうち {up:.1f} ± {sigma:.1f} 個が軌道上に残り、"
    "うち {catalogued:.1f} 個がカタログに残る見込み。",
    "cloud top only": "{count} 個のうち、判断が最も分かれる {shown} 個。全部は --top 0。",
    "cloud note": "カタログにないことは、落下または見失いを意味する。見失いは学習した割合で数えており、観測したものではない。"
    "今後の太陽活動は過去の周期から作ったシナリオである。"
    "軌道変更と離心率の大きい軌道については何も言わない。docs/cloud.md を参照。",
    "cloud span": "{middle}({low}–{high})",
    "cloud longer": "より長い",
    "cloud years": "{years:.1f} 年",
    "cloud days": "{days:.1f} 日",
    "why survival cannot tell": "判断できない: 使える軌道要素がないか、離心率が {limit} を超える",
    "why b from history": "軌道要素の降下の履歴(対数誤差 {sigma:.2f})",
    "why b from set": "一組の軌道要素(対数誤差 {sigma:.2f})",
    "why b from cloud": "雲全体の分布: 降下を示す軌道要素がない(対数誤差 {sigma:.2f})",
    "why air taken as mean": "宇宙天気の指定がない: 平均的な大気を仮定した",
}
