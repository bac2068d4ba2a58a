"""What the floor says about the service itself and about assets that nobody looked at, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from hoshimori.doors.words import when, words

SAID: Mapping[str, Mapping[str, str]] = {
    "en": {
        "clock-back": "The clock of this machine went back: nothing is taken to be newer than what was seen before.",
        "disk-full": "The disk is full: nothing new can be kept. Free some space; the service goes on by itself.",
        "source-down": "A source does not answer: what is shown grows old.",
        "no-data": "Nothing is known yet: take in element sets (upload a file, or hoshimori ingest).",
        "sweep-failed": "The last sweep failed: the picture is that of an older one.",
        "stale": "The newest element sets are old. Take in newer ones, or look as of their day (as-of; serve --as-of data).",
        "worker-lost": "The worker that sweeps and fetches does not answer; it is started again by itself.",
        "unwritable": "The home folder cannot be written: nothing new can be kept.",
        "damaged": "A stored file is not what was written: run hoshimori catalogue, or ask whoever runs the service.",
        "alert-unsent": "An alert could not be sent; it is tried again.",
        "preparing": "The practice sky is being made ready; this takes a few seconds.",
        "not swept": "no sweep that is kept speaks of this asset at that moment",
        "since": "since {when}",
    },
    "ja": {
        "clock-back": "この計算機の時計が戻りました。以前に見たものより新しいとは扱いません。",
        "disk-full": "ディスクに空きがなく、新しいものを保存できません。空きを作れば自動で再開します。",
        "source-down": "情報源が応答しません。表示は古くなっていきます。",
        "no-data": "まだ何も分かっていません。軌道要素を取り込んでください(ファイルを送るか hoshimori ingest)。",
        "sweep-failed": "直近の走査が失敗しました。表示は以前の走査のものです。",
        "stale": "最新の軌道要素が古くなっています。新しいものを取り込むか、その日の時点で見てください(serve --as-of data)。",
        "worker-lost": "走査と取得を行うプロセスが応答しません。自動で再起動されます。",
        "unwritable": "ホームフォルダーに書き込めず、新しいものを保存できません。",
        "damaged": "保存されたファイルが書かれた内容と異なります。hoshimori catalogue を実行するか、運用者に知らせてください。",
        "alert-unsent": "通知を送れませんでした。再度試みます。",
        "preparing": "練習用の空を準備しています。数秒かかります。",
        "not swept": "この時点の知識による走査がまだありません",
        "since": "{when}から",
    },
}


def condition_text(code: str, values: Mapping[str, object], lang: str) -> str:
    """What is wrong, in words; a code without words as it stands, with its values."""
    line = SAID[lang].get(code, code)
    more = ", ".join(f"{key} {value}" for key, value in sorted(values.items()))
    return f"{line} ({more})" if more else line


def since_text(t_utc: np.datetime64, lang: str) -> str:
    """Since when, UTC with Japan's own time beside it for Japanese readers."""
    return SAID[lang]["since"].format(when=when(t_utc, words(lang)))
