//! Lines that say what only pages say, and short lines that repeat.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::Gone;

/// Longer lines are prose, whatever they speak of, in bytes.
const LONGEST: usize = 160;
/// Longer lines do not count as repeating, in bytes.
const LONGEST_REPEAT: usize = 80;

/// What a short line may hold only if it is no content.
const PHRASES: [&str; 88] = [
    "accept all cookies",
    "accept cookies",
    "use cookies",
    "uses cookies",
    "use of cookies",
    "cookie policy",
    "cookie settings",
    "subscribe to our",
    "subscribe now",
    "subscribe for",
    "sign up for our",
    "join our newsletter",
    "our newsletter",
    "share this",
    "share on ",
    "share via",
    "follow us on",
    "follow us:",
    "like us on",
    "all rights reserved",
    "copyright ©",
    "copyright (c)",
    "© 19",
    "© 20",
    "privacy policy",
    "terms of use",
    "terms of service",
    "terms and conditions",
    "skip to content",
    "skip to main",
    "back to top",
    "related articles",
    "related posts",
    "related stories",
    "you may also like",
    "read more »",
    "read more →",
    "continue reading",
    "leave a comment",
    "leave a reply",
    "post a comment",
    "click here to",
    "print this page",
    "filed under:",
    "powered by ",
    "enable javascript",
    "javascript is disabled",
    "add to cart",
    "previous post",
    "next post",
    "advertisement",
    "分享到",
    "关注我们",
    "扫一扫",
    "扫码关注",
    "扫描二维码",
    "微信公众号：",
    "版权所有",
    "未经授权",
    "责任编辑：",
    "上一篇",
    "下一篇",
    "相关阅读",
    "相关文章",
    "相关新闻",
    "推荐阅读",
    "热门文章",
    "猜你喜欢",
    "返回顶部",
    "返回首页",
    "回到顶部",
    "阅读全文",
    "点击关注",
    "点击查看更多",
    "立即订阅",
    "订阅我们",
    "登录后",
    "注册登录",
    "icp备",
    "icp证",
    "公网安备",
    "网站地图",
    "关于我们",
    "免责声明",
    "隐私政策",
    "用户协议",
    "当前位置：",
    "您的位置：",
];

/// Items of share bars and menus: a line that consists of them is no content.
const ITEMS: [&str; 66] = [
    "facebook",
    "twitter",
    "x",
    "linkedin",
    "pinterest",
    "email",
    "e-mail",
    "whatsapp",
    "reddit",
    "telegram",
    "tweet",
    "share",
    "pin",
    "print",
    "copy link",
    "like",
    "instagram",
    "youtube",
    "rss",
    "home",
    "about",
    "about us",
    "contact",
    "contact us",
    "blog",
    "news",
    "faq",
    "help",
    "login",
    "log in",
    "sign in",
    "sign up",
    "register",
    "search",
    "menu",
    "subscribe",
    "sitemap",
    "careers",
    "微信",
    "微博",
    "新浪微博",
    "qq",
    "qq空间",
    "qq好友",
    "朋友圈",
    "豆瓣",
    "知乎",
    "复制链接",
    "分享",
    "收藏",
    "点赞",
    "打印",
    "首页",
    "新闻",
    "关于",
    "联系我们",
    "登录",
    "注册",
    "搜索",
    "菜单",
    "举报",
    "评论",
    "更多",
    "English",
    "中文",
    "简体中文",
];

static PHRASE: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder().ascii_case_insensitive(true).build(PHRASES).expect("a few short phrases fit an automaton")
});

/// Returns the text without such lines; what is untouched is handed back as it is.
pub(super) fn strip<'t>(text: &'t str, repeats: u32, gone: &mut Gone) -> Cow<'t, str> {
    let mut seen: HashMap<&str, u32> = HashMap::new();
    for line in text.lines().map(str::trim).filter(|line| can_repeat(line)) {
        *seen.entry(line).or_default() += 1;
    }
    seen.retain(|_, n| *n >= repeats);
    let mut kept = Vec::new();
    let before = gone.notices + gone.repeated;
    for line in text.split('\n') {
        let bare = line.trim();
        let is_repeated = seen.contains_key(bare);
        let is_notice = !is_repeated && is_notice(bare);
        gone.repeated += u64::from(is_repeated);
        gone.notices += u64::from(is_notice);
        if !is_repeated && !is_notice {
            kept.push(line);
        }
    }
    match gone.notices + gone.repeated == before {
        true => Cow::Borrowed(text),
        false => Cow::Owned(without_holes(&kept)),
    }
}

/// Joins lines; of several blank lines that meet where others went one stays.
fn without_holes(lines: &[&str]) -> String {
    let mut text = String::new();
    let mut n_blank = 0;
    for line in lines {
        if line.trim().is_empty() {
            n_blank += 1;
            continue;
        }
        if !text.is_empty() {
            text.push_str(if n_blank > 0 { "\n\n" } else { "\n" });
        }
        n_blank = 0;
        text.push_str(line);
    }
    if !text.is_empty() && n_blank > 0 {
        text.push('\n');
    }
    text
}

/// A line without letters, such as a rule or a closing brace, may repeat.
fn can_repeat(line: &str) -> bool {
    !line.is_empty() && line.len() <= LONGEST_REPEAT && line.chars().any(char::is_alphabetic)
}

fn is_notice(line: &str) -> bool {
    if line.is_empty() || line.len() > LONGEST {
        return false;
    }
    PHRASE.is_match(line) || is_bar(line)
}

/// Returns whether a line is a menu, a share bar or a path of pages: `Home > News`, `分享 微信 微博`.
fn is_bar(line: &str) -> bool {
    const MOST_ITEMS: usize = 16;
    let is_mark = |c: char| matches!(c, '|' | '·' | '•' | '›' | '»' | '>' | '/' | '｜' | '＞' | '→' | '\t');
    let line = line.trim_start_matches(['-', '*', ' ']);
    if line.ends_with(['.', '。', '!', '！', '?', '？', ';', '；', ':', '：']) {
        return false;
    }
    let has_marks = line.contains(is_mark);
    let (mut n, mut n_known, mut is_short) = (0, 0, true);
    let mut take = |item: &str| {
        let item = item.trim();
        if !item.is_empty() {
            n += 1;
            n_known += usize::from(is_item(item));
            is_short &= item.chars().count() <= 12;
        }
        // Bars consist of what is known; a line that begins with three words of prose is none.
        n <= MOST_ITEMS && (n < 3 || n_known > 0)
    };
    let is_possible = match has_marks {
        true => line.split(is_mark).all(&mut take),
        false => line.split_ascii_whitespace().all(&mut take),
    };
    let is_mostly_known = n >= 2 && n_known >= 2 && n_known * 2 >= n;
    is_possible && (is_mostly_known || (has_marks && n >= 3 && n_known >= 1 && is_short))
}

fn is_item(item: &str) -> bool {
    item.len() <= 12 && ITEMS.iter().any(|known| known.eq_ignore_ascii_case(item))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stripped(text: &str) -> String {
        strip(text, 3, &mut Gone::default()).into_owned()
    }

    #[test]
    fn bars_and_notices_are_told_from_prose() {
        for line in [
            "Home | About | Contact",
            "Home > News > Science",
            "Facebook Twitter LinkedIn",
            "首页 > 新闻 > 正文",
            "分享 微信 微博 QQ空间",
            "We use cookies to improve your experience.",
            "© 2024 Example Inc. All rights reserved.",
            "京ICP备12345678号",
            "责任编辑：张三",
        ] {
            assert!(is_notice(line), "{line}");
        }
        for line in [
            "She went home and searched the news.",
            "a / b",
            "The recipe uses two cookies and a glass of milk.",
            "他登录了系统，然后开始工作。",
            "x > y",
            "新闻 报道 指出",
            "Email is older than the web.",
            "I like it",
            "他在微信上说",
        ] {
            assert!(!is_notice(line), "{line}");
        }
    }

    #[test]
    fn what_repeats_goes_and_holes_close() {
        let text = "Reply\nFirst thought.\n\nReply\nSecond thought.\n\nReply\n\nThird.\n---\n---\n---\n";
        assert_eq!(stripped(text), "First thought.\n\nSecond thought.\n\nThird.\n---\n---\n---\n");
    }

    #[test]
    fn prose_is_not_copied() {
        assert!(matches!(strip("One.\n\n\nTwo.\n", 3, &mut Gone::default()), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn stripping_twice_changes_nothing(text in "(?s)(a|b|\n|\n\n|Home \\| About|分享到| |.){0,60}") {
            let once = stripped(&text);
            prop_assert_eq!(stripped(&once), once);
        }
    }
}
