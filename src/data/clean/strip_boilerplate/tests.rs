//! Small pages as they are found, in English and Chinese.

use super::*;
use crate::data::clean::text_record;
use proptest::prelude::*;

const STEP: StripBoilerplate = StripBoilerplate { kind: Page::Auto, max_link_density: 0.33, repeats: 3 };

fn content(text: &str) -> String {
    STEP.strip(text, &mut Gone::default()).into_owned()
}

/// A page of today, which names its parts.
const ENGLISH: &str = r#"<!DOCTYPE html><html lang="en"><head><title>Tides | Example News</title><style>p{color:red}</style></head>
<body class="no-js has-cookie-banner">
<div id="cookie-consent">We use cookies. <button>Accept</button></div>
<header><a href="/">Example News</a><nav><ul><li><a href="/world">World</a><li><a href="/tech">Tech</a></ul></nav></header>
<main><article>
<h1>Why the tide comes in twice a day</h1>
<div class="share-bar"><a href="f">Facebook</a> <a href="t">Twitter</a></div>
<p>The Moon pulls on the water that faces it a little more than on the Earth itself, and on the Earth a little more than
on the water on the far side. Both sides bulge, and the planet turns below them.</p>
<h2>Spring and neap</h2>
<p>When the Sun pulls along the same line, the bulges grow: these are <a href="/spring">spring tides</a>.</p>
<p>Short note.</p>
<aside><h3>Related articles</h3><ul><li><a href="1">Ten facts about the sea</a><li><a href="2">A day at the beach</a></ul></aside>
</article></main>
<footer><p>© 2024 Example News. All rights reserved. <a href="/privacy">Privacy policy</a></p></footer>
<script>track("page");</script></body></html>"#;

/// An old page, which names nothing: tables and fonts.
const OLD: &str = r#"<html><body><table><tr><td><a href="a">Home</a> <a href="b">Products</a> <a href="c">Support</a> <a href="d">Jobs</a></td></tr>
<tr><td><h2>Installing the pump</h2>
<p>Before you begin, close the main valve and drain the pipe, because the pump must never be lifted while there is pressure on it.
<p>Then place the pump on a level base, fasten the four bolts crosswise, and turn the shaft by hand: it has to move freely.
<p>Open the valve slowly, and look for leaks at both flanges before you switch the motor on for the first time.
</td></tr>
<tr><td><a href="x">Top</a> <a href="y">Imprint</a> <a href="z">Contact us today</a></td></tr></table></body></html>"#;

const CHINESE: &str = r#"<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>潮汐</title></head><body>
<div class="topbar"><a href="/login">登录</a> <a href="/reg">注册</a></div>
<div class="crumbs">当前位置：<a href="/">首页</a> &gt; <a href="/sci">科学</a> &gt; 正文</div>
<div class="content with-sidebar"><h1>潮水为什么一天涨两次</h1>
<div class="info">2024-05-01 来源：科学网 <span class="share">分享到：微信 微博 QQ空间</span></div>
<p>月球对朝向它的海水的引力略大于对地球本身的引力，对地球的引力又略大于对背面海水的引力，
于是两侧的海水都隆起来，而地球在下面自转。</p>
<p>当太阳也在同一条直线上时，隆起就更高，这就是大潮；成直角时则是小潮，一个月里各有两次。</p>
<p>责任编辑：王小明</p></div>
<div class="sidebar"><h3>热门文章</h3><ul><li><a href="1">海洋的十个秘密</a></li><li><a href="2">去海边过周末</a></li></ul></div>
<div class="footer">版权所有 © 2024 科学网 京ICP备12345678号</div></body></html>"#;

/// A Chinese page without any names of parts.
const CHINESE_BARE: &str = r#"<html><body><div><a href="1">新闻</a><a href="2">体育</a><a href="3">财经</a><a href="4">娱乐</a></div>
<div>本市今年的新建住房成交量比去年同期增长了百分之十二，其中改善型住房占了一半以上，价格则保持平稳。</div>
<div>业内人士认为，下半年的供应量还会继续增加，购房者有更多选择的余地，不必急于一时做出决定。</div>
<div><a href="5">上海楼市观察</a> <a href="6">北京楼市观察</a> <a href="7">广州楼市观察</a></div></body></html>"#;

#[test]
fn of_a_page_that_names_its_parts_the_article_is_left() {
    let text = content(ENGLISH);
    assert!(text.starts_with("Why the tide comes in twice a day\n\nThe Moon pulls"), "{text}");
    assert!(text.contains("Spring and neap\n\nWhen the Sun pulls along the same line"), "{text}");
    assert!(text.ends_with("spring tides.\n\nShort note."), "{text}");
    for gone in ["cookies", "World", "Facebook", "Ten facts", "rights", "track", "color"] {
        assert!(!text.contains(gone), "{gone}: {text}");
    }
}

#[test]
fn of_a_page_that_names_nothing_the_dense_blocks_are_left() {
    let text = content(OLD);
    assert!(text.starts_with("Installing the pump\n\nBefore you begin"), "{text}");
    assert!(text.trim_end().ends_with("for the first time."), "{text}");
    for gone in ["Home", "Products", "Imprint", "Contact us"] {
        assert!(!text.contains(gone), "{gone}: {text}");
    }
}

#[test]
fn of_chinese_pages_the_article_is_left() {
    let text = content(CHINESE);
    assert!(text.starts_with("潮水为什么一天涨两次"), "{text}");
    assert!(text.contains("略大于对背面海水的引力，于是两侧"), "{text}");
    assert!(text.contains("一个月里各有两次。"), "{text}");
    for gone in ["登录", "首页", "微博", "责任编辑", "热门", "海边", "版权", "ICP"] {
        assert!(!text.contains(gone), "{gone}: {text}");
    }
    let text = content(CHINESE_BARE);
    assert!(text.starts_with("本市今年") && text.trim_end().ends_with("做出决定。"), "{text}");
    assert!(!text.contains("体育") && !text.contains("上海"), "{text}");
}

#[test]
fn a_class_that_lies_about_the_whole_page_is_not_believed() {
    let page = ENGLISH.replace("<main><article>", "<div class='sidebar'>").replace("</article></main>", "</div>");
    assert!(content(&page).contains("The Moon pulls"), "{}", content(&page));
}

#[test]
fn text_of_a_page_loses_its_notices_and_keeps_the_rest() {
    let text = "Skip to content\nHome | News | About\n\nThe tide comes in twice a day.\n\nShare on Facebook\nSubscribe to our newsletter!\n";
    assert_eq!(content(text), "The tide comes in twice a day.\n");
    let text = "首页 > 科学 > 正文\n潮水一天涨两次。\n分享到：微信 微博\n上一篇：海洋\n下一篇：月球\n";
    assert_eq!(content(text), "潮水一天涨两次。\n");
}

#[test]
fn a_page_without_content_goes_and_what_went_is_counted() {
    let mut counts = Counts::new();
    let page = "<!DOCTYPE html><body><nav><a href=1>One</a></nav><footer>Two</footer></body>";
    assert!(matches!(STEP.one(text_record(0, page), &mut counts), Fate::Drop { reason: "no main content", .. }));
    assert_eq!((counts["blocks"], counts["notice lines"], counts["repeated lines"]), (2, 0, 0));
}

proptest! {
    #[test]
    fn no_page_is_too_strange(text in "(?s)(<div>|</div>|<p class=nav>|<nav>|</nav>|<a href=x>|</a>|<main>|</main>|<li>|<table>|<td>|<b|>|\"|'|=|&|;|[a-c ]|字|\n|<script>|</script>|<!--|.){0,60}") {
        let step = StripBoilerplate { kind: Page::Html, ..STEP };
        step.strip(&text, &mut Gone::default());
    }
}
