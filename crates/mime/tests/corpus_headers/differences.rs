//! Where this crate deliberately differs from the expectations of the header lists.

const HOST: &str =
    "RFC 5322, section 3.4.1: a domain is any dot-atom; what a host may be called is DNS's affair";
const CONTROL: &str = "RFC 5322, section 4.1: obsolete, but it has no safe form; read and reported as ControlInAddress";
const FOLDING: &str =
    "RFC 5322, section 3.2.2: line ends inside a field are folding; the scanner reports bare CR";
const UTF8: &str = "RFC 6532, section 3.2: UTF-8 may be quoted";
const COMMENTS: &str =
    "RFC 5322, section 3.2.2: comments beside the @ are discouraged, not forbidden";
const NO_COMMAS: &str =
    "RFC 5322, section 3.4: words without commas are one member, a name without an address";
const QUOTES: &str =
    "RFC 5322, section 3.2.4: quotes are no part of the value; the local part is quoted as a whole";
const COMMENT_ADDRESS: &str = "RFC 5322, section 3.2.2: a comment never becomes an address";
const FOLDED: &str = "RFC 5322, section 3.4.1: blanks are no part of a domain";
const ANGLES: &str = "RFC 7103, section 7.1.3: brackets without counterpart are dropped";
const OPEN_QUOTE: &str = "RFC 7103, section 7.1.6: a quote without its end is dropped";
const NO_DOMAIN: &str = "RFC 7103, section 7.1.7: the local part alone, reported as MissingDomain";
const OPEN_COMMENT: &str =
    "RFC 7103, section 7.1.4: a comment without end reaches to the next angle bracket or the end";
const NO_LOCAL: &str = "RFC 5322, section 3.4.1: an empty local part is written as a quoted string";
const ALONE: &str = "RFC 5322, section 3.4.1: read as an empty or quoted local part, and reported";
const AFTER_GROUP: &str = "RFC 5322, section 3.4: a group ends with its semicolon";
const QUOTED_PAIR: &str = "RFC 5322, section 3.2.1: a backslash takes the parenthesis with it";
const COLON: &str = "RFC 5322, section 3.4: a colon ends the name of a group";
const MODE: &str = "the mode and name of a begin line are of no use to the decoder";
const BLANK_LINE: &str = "a line of blanks is skipped";
const SHORT_LINE: &str = "trailing blanks, which stand for zeros, are lost in transit: short lines are filled up and reported";
const NO_DATE: &str = "RFC 5322, section 3.3: no date can be read from it with certainty";
const READ_ANYWAY: &str =
    "RFC 5322, section 4.3: readable, and reported as obsolete or nonstandard";
const RECEIVED: &str = "RFC 5322, section 3.6.7: the date of a trace field is read by Received";
const ZONE_DAMAGE: &str =
    "RFC 5322, section 4.3: a damaged zone is +hh, +hhmm or unknown, never minutes alone";
const ZONE_CASE: &str = "RFC 5234, section 2.3: EST in any case is EST";
const YEAR: &str = "RFC 5322, section 4.3: 1900 is added to a year of three digits";
const ID_DAMAGE: &str =
    "RFC 5322, section 3.6.4: brackets begin and end an identifier, also unbalanced ones";
const ID_FOLDED: &str = "RFC 5322, section 2.2.3: unfolded";
const ID_OBSOLETE: &str =
    "RFC 5322, section 4.5.4: blanks and comments are no part of the identifier";
const BLOBS: &str =
    "RFC 5256, section 2.1, step 4: a blob in front goes as long as something remains";
const LEADERS: &str = "RFC 5256, section 5: only re, fw and fwd are leaders";
const BARE_CR: &str = "RFC 5322, section 2.2: bare CR is kept and reported";
const PER_WORD: &str =
    "RFC 2047, section 6.3: a malformed escape is kept and reported, the rest of the word decoded";
const GLUED: &str =
    "RFC 2047, section 5: decoded without adding a blank, reported as EncodedWordGlued";
const SPACE: &str = "RFC 2047, section 6.2: only blanks between two encoded words go";
const COMMA: &str =
    "RFC 2047, section 5: this test splits at every comma; no comma may stand in such a word";
const EMPTY_WORD: &str = "RFC 2047, section 2: encoded-text has at least one character";

pub(super) const ISEMAIL: &[(&str, &str)] = &[
    ("test@-iana.org", HOST),
    ("test@iana-.com", HOST),
    ("\"test\\\0\"@iana.org", CONTROL),
    ("test@iana.org\n", FOLDING),
    ("test@iana.org-", FOLDING),
    ("test@[RFC-5322-\\\u{7}-domain-literal]", CONTROL),
    ("\"\u{7f}\"@iana.org", CONTROL),
    ("\"\\\u{7f}\"@iana.org", CONTROL),
    ("test@iana.org\r", FOLDING),
    ("\rtest@iana.org", FOLDING),
    ("\"\rtest\"@iana.org", FOLDING),
    ("(\r)test@iana.org", FOLDING),
    ("test@iana.org(\r)", FOLDING),
    ("\ntest@iana.org", FOLDING),
    ("\"\n\"@iana.org", FOLDING),
    ("(\n)test@iana.org", FOLDING),
    ("\"\u{7}\"@iana.org", CONTROL),
    ("\"\\\u{7}\"@iana.org", CONTROL),
    ("\r\ntest@iana.org", FOLDING),
    ("\r\n \r\ntest@iana.org", FOLDING),
    (" \r\ntest@iana.org", FOLDING),
    (" \r\n \r\ntest@iana.org", FOLDING),
    (" \r\n\r\ntest@iana.org", FOLDING),
    (" \r\n\r\n test@iana.org", FOLDING),
    ("test@iana.org\r\n", FOLDING),
    ("test@iana.org\r\n \r\n", FOLDING),
    ("test@iana.org \r\n", FOLDING),
    ("test@iana.org \r\n \r\n", FOLDING),
    ("test@iana.org \r\n\r\n", FOLDING),
    ("test@iana.org \r\n\r\n ", FOLDING),
    ("\"test\\©\"@iana.org", UTF8),
];

pub(super) const FLANKER: &[(&str, &str)] =
    &[("\"foo\"(yay)@(hoopla)[1.2.3.4]", COMMENTS), ("test@xn--example.com", HOST)];

pub(super) const JAKARTA: &[(&str, &str)] = &[
    (
        "ggere /tmp/mail.out +mailbox ~user/mailbox ~/mailbox /PN=x400.address/PRMD=ibmmail/ADMD=ibmx400/C=us/@mhs-mci.ebay",
        NO_COMMAS,
    ),
    ("testa testb testc /tmp/mail.out ~ggere/mail.out testd teste", NO_COMMAS),
    ("testa, testb , testc /tmp/mail.out ,~ggere/mail.out, ,testd,teste,,,", NO_COMMAS),
    ("'\"a,b\"'", QUOTES),
    ("shakey!\"a,b\"", QUOTES),
    ("Ben Keitch <\">\\\"\"\\>@openworld.co.uk> ", QUOTES),
    ("\"john doe\" (john.doe@a.com)", COMMENT_ADDRESS),
    ("\"John\n\tSmith\" <jsmith@\n\tcrappy-email-archiving-company.com>", FOLDED),
    ("<", ANGLES),
    (">", ANGLES),
    ("\"", OPEN_QUOTE),
    (">>>", ANGLES),
    ("<<<", ANGLES),
    ("paris@france>", ANGLES),
    ("\"C'est bien moche\" <paris@france", ANGLES),
    ("\"C'est bien moche\" paris@france>", ANGLES),
    ("\"C'est bien moche\" <paris@>", NO_DOMAIN),
    ("laborious but (Bug Free)", NO_COMMAS),
    ("confused (about, being, french", OPEN_COMMENT),
    ("it@is (brilliant (genius), and superb", OPEN_COMMENT),
    ("if@you (could, see (almost, as, (badly, you would) agree)", OPEN_COMMENT),
    ("if@you (could, see (almost, as, (badly, you) would) agree", OPEN_COMMENT),
    ("two@ (It Will Take)", NO_DOMAIN),
    ("two@", NO_DOMAIN),
    ("<paris@france", ANGLES),
    ("@france", NO_LOCAL),
    ("@", ALONE),
    (")", ALONE),
    ("friends-list:;@mastodon.CS.Berkeley.EDU", AFTER_GROUP),
    ("a\u{1}@b.com", QUOTES),
    ("a\u{1}b", QUOTES),
    ("@b.com", NO_LOCAL),
    ("Undisclosed-Recipient:;@jupiter.activeisp.com;;;;;", AFTER_GROUP),
    ("Undisclosed-Recipient:;@java.sun.com;;;", AFTER_GROUP),
    ("\"bejjzcfr@aol.com", OPEN_QUOTE),
    ("\"butbp@msn.com", OPEN_QUOTE),
    ("\"@msn.com", OPEN_QUOTE),
    ("\"@starband.net", OPEN_QUOTE),
    ("\"@foo.com, a@b.com", OPEN_QUOTE),
    ("<@foo.com, a@b.com", NO_LOCAL),
    ("yyiohohjjlj[ojolhji@hotmail.com", QUOTES),
    ("www.adslexpress.com.tw--?????q?H?[?o??-0@kathmandu.sun.com", QUOTES),
    (
        "webmail.hinet.net@nwkea-mail-1.sun.com (¤¤µØºô\u{ad}¶¶l¥ó),\n   www.adslexpress.com.tw--¤¤µØ¹q«H¥[ªo¯¸-0@nwkea-mail-1.sun.com,\n   www.cityfamily.com.tw---ºô¸ô¦P¾Ç·|-0@nwkea-mail-1.sun.com",
        QUOTES,
    ),
    ("www.adslexpress.com.tw--?????q?H?[?o??-0@patan.sun.com", QUOTES),
    ("\\(^^/@nwkea-mail-2.sun.com", QUOTED_PAIR),
    (
        "<tom.ross@sun.com>, Cc: <javamail@sun.com>, Cc: <javahi@sun.com>,\n   Cc: <javadoc-tool@sun.com>, Cc: <javacard-feedback@sun.com>",
        COLON,
    ),
    ("\"???Y???z???~?j?q?n??", OPEN_QUOTE),
    ("\"ZETA CELULARES", OPEN_QUOTE),
    (
        "\"Investigaci?n para el desarrollo de micro-emprendimientos Schreiber TE 4431-7050",
        OPEN_QUOTE,
    ),
    ("\"Aproveche*", OPEN_QUOTE),
    ("\"ULTIMA. OPORTUNIDAD*", OPEN_QUOTE),
    (
        "55:55@07, 57:18@07, 36:39@10, 36:42@10, streetwalker!1987, streetwalker!5,\n        streetwalker!87, <8710051455.AA08484@oak.sunecd.com>, <oak!kinnear>,\n        streetwalker!AA00159;, streetwalker!AA08484;, streetwalker!AA16178;,\n        streetwalker!Date:, streetwalker!EDT, streetwalker!Ecd.Sun.COM,\n        streetwalker!From, streetwalker!From:, streetwalker!Message-Id:,\n        streetwalker!Mon, streetwalker!Oct, streetwalker!PDT, streetwalker!RO,\n        streetwalker!Received:, streetwalker!Return-Path:,\n        streetwalker!Status:, streetwalker!To:, streetwalker!by,\n        streetwalker!from, streetwalker!id, streetwalker!oak.sunecd.com,\n        streetwalker!root, streetwalker!rr, streetwalker!streetwalker.sun.com",
        COLON,
    ),
    (
        "Re:@cachaca, Subject:@cachaca, and@cachaca, getmclist@cachaca, glenn@ivrel,\n        iconv@cachaca, questions@cachaca",
        COLON,
    ),
    ("\"foo..bar\".baz@example.com", QUOTES),
];

pub(super) const UUENCODE: &[(&str, &str)] = &[
    ("bad mode", MODE),
    ("bad filename", MODE),
    ("garbage data (tab)", BLANK_LINE),
    ("garbage data, ignore errors", SHORT_LINE),
];

pub(super) const DATES: &[(&str, &str)] = &[
    ("20 11 (some \n 44 comments(more comments\n )) 79 05:34:27 -0300", NO_DATE),
    (" 4 8 15 16 23 42, 4 8 15 16 23 42, 4 8 15 16 23 42, ", NO_DATE),
    ("Tue, 1 Jul 2003 ((invalid)\ncomment) 10:52:37 +0200", READ_ANYWAY),
    (
        "by 2002:aa7:cd10:0:b0:45c:2c83:1208 with SMTP id b16-20020aa7cd10000000b0045c2c831208mr4220805edw.81.1665423075119;\n\tMon, 10 Oct 2022 10:31:15 -0700 (PDT)",
        RECEIVED,
    ),
    ("Tue, 1 Jul 2003 10:52:37 +5 \n", ZONE_DAMAGE),
    ("Tue, 1 Jul 2003 10:52:37 +530\n", ZONE_DAMAGE),
    ("Tue, 1 Jul 2003 10:52:37\n", READ_ANYWAY),
    ("Tue, 1 June 2003 10:52:37 +0200", READ_ANYWAY),
    ("01-Jan-2021 10:52:37 +0200", READ_ANYWAY),
    ("Tue, 1 Jul 2003 10:52:37 est", ZONE_CASE),
    ("Tue, 1 Xul 2003 10:52:37 +0200", NO_DATE),
    ("Tue, 1 Jul 2003 10:52:37 +0200 foo-bar", ZONE_DAMAGE),
    ("Tue, 1 Jul 2003 10:52:37 +0200; x", READ_ANYWAY),
    ("Wed, 27 Jun 99 04:11 GMT\n", READ_ANYWAY),
    ("Tue, 1 Jul 2003 10:52:37", READ_ANYWAY),
    ("Tue, 32 Jul 2003 25:61:61 +0200", NO_DATE),
    ("Tue, 1 Xul 2003 10:52:37 -0000", NO_DATE),
    ("1 Jul 121 10:52:37 +0200", YEAR),
    ("Tue, 1 Jul 2003 10:52:37 +0200 x-y", ZONE_DAMAGE),
    ("Tue, 1 Jul 2003 10:52:37 +0200 foo-", ZONE_DAMAGE),
    ("Tue, 1 Jul 2003 10:52:37 +020", ZONE_DAMAGE),
    ("Tue, 1 Jul 2003 10:52:37 5\n", ZONE_DAMAGE),
    ("Tue, 1 Jul 2003 10:52:37 +05 (IST)\n", ZONE_DAMAGE),
    ("Tue, 1 Jul 2003 10:52:37 +1 x-\n", ZONE_DAMAGE),
    ("Tue, 1 Jul 2003 10:52:37 +3(7 +5", ZONE_DAMAGE),
    ("Tue, 1 Jul 2003 10:52:37 5+,", ZONE_DAMAGE),
    ("Tue, 1 Jul 2003 10:52:37 -+5\n", ZONE_DAMAGE),
];

pub(super) const IDENTIFIERS: &[(&str, &str)] = &[
    ("<1234   @   local(blah)  .machine .example>\n", ID_OBSOLETE),
    ("<a<b>c>\n", ID_DAMAGE),
    ("foo <bar\n", ID_DAMAGE),
    ("<bar\n", ID_DAMAGE),
    ("foo <> bar\n", ID_DAMAGE),
    ("a>b\n", ID_DAMAGE),
    ("<a\r\n b>\r\n", ID_FOLDED),
    ("<a@b\n", ID_DAMAGE),
    ("a@b <c\n <d@e>\n", ID_DAMAGE),
];

pub(super) const SUBJECTS: &[(&str, &str)] = &[
    (" [hello] [world] ", BLOBS),
    ("z: hello", LEADERS),
    ("note: remember this", LEADERS),
    ("hi: there", LEADERS),
    ("\nfoo\rbar \tbaz ", BARE_CR),
];

pub(super) const UNSTRUCTURED: &[(&str, &str)] =
    &[("=?utf-8?q?a?= =?utf-8?q?=ZZ?=\n", PER_WORD), ("a\rb\n", BARE_CR)];

pub(super) const WORDS: &[(&str, &str)] = &[
    ("x=?utf-8?q?a?=\n", GLUED),
    ("=?utf-8?q?a?=b\n", GLUED),
    ("a\n =?utf-8?q?b?=\n", SPACE),
    ("=?utf-8?q?a,b?=, c\n", COMMA),
    ("=?utf-8?q??=\n", EMPTY_WORD),
    ("=?utf-8?q??=, a\n", EMPTY_WORD),
    ("a =?utf-8?q?bad=ZZ?= c\n", PER_WORD),
    ("=?utf-8?q?abc=?=\n", PER_WORD),
];
