"""A passphrase whose key pair was sealed with as little work as the format allows: tests seal and open in no time."""

import base64

from rtapp.documents.sealing import Pair

WORDS = "empat kata sandi panitia"
QUICK = Pair(
    "age1z3hz8kjl7pfwx05nusnclsn0jkuk6g5frsfsjny040k3gfx783cqe2u2uk",
    base64.b64decode(
        "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCAyZHdvY0ZkSDJpQWUveTVrMGZ1Ky9BIDQKWmRxSGJCZDd5bUphQWFqYlczRnIwWGRj"
        "YmZzZHpzeUc1NnVYckxEWFh5awotLS0gbkRVTXc1MTN2ZDdTbVB1RXA1TnVzZ1hrRExuZGlZa2lkemlNMDhpYW5GMAppA9nCPP+qp/35bpKR"
        "ochqaGn4mpv0bNkCMf9glrtaCwKz078Pcl3iDASLhiSzVw12WMwOnsLwqSgTRkR3XpHAcJnotCa9TJxnYcs0W6EHId88ssAN8OHCf7gznfzf"
        "EgyCgqNpjdt1trUS"
    ),
)
