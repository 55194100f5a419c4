//! Templates in the manner of well-known models, written for these tests.

use super::*;
use crate::error::Explain as _;
use proptest::prelude::*;

/// Turns between headers, with a token in front of everything, and text trimmed.
const HEADERS: &str = "{% set loop_messages = messages %}{% for message in loop_messages %}\
    {% set content = '<|start|>' + message['role'] + '<|end|>\\n\\n' + message['content'] | trim + '<|eot|>' %}\
    {% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}\
    {% if add_generation_prompt %}{{ '<|start|>assistant<|end|>\\n\\n' }}{% endif %}";

/// Questions in brackets, answers behind them; refuses turns out of order, and has no use for a prompt.
const BRACKETS: &str = "{%- if messages[0]['role'] == 'system' -%}{%- set system = messages[0]['content'] -%}\
    {%- set messages = messages[1:] -%}{%- endif -%}{{ bos_token }}{%- for message in messages -%}\
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}{{ raise_exception('Roles must alternate') }}{%- endif -%}\
    {%- if message['role'] == 'user' -%}{{ '[Q] ' ~ (system ~ '\\n' if system is defined and loop.first else '') ~ message['content'].strip() ~ ' [/Q]' }}\
    {%- else -%}{{ ' ' ~ message['content'].strip() ~ eos_token }}{%- endif -%}{%- endfor -%}";

/// Thoughts are taken out of every answer but the last.
const FORGETFUL: &str = "{% for m in messages %}{{ m.role ~ ':' ~ (m.content if loop.last else m.content.split('</think>')[-1]) ~ ';' }}{% endfor %}\
    {% if add_generation_prompt %}assistant:{% endif %}";

const TOKENS: [(&str, &str); 2] = [("bos_token", "<s>"), ("eos_token", "</s>")];

fn turns(said: &[(&str, &str)]) -> Vec<Turn> {
    said.iter().map(|(role, content)| Turn { role: (*role).to_owned(), content: (*content).to_owned() }).collect()
}

/// Returns the pieces as one text, with what the assistant says between `«` and `»`.
fn marked(template: &str, said: &[(&str, &str)], prompt: bool) -> Result<String, TemplateError> {
    let pieces = ChatTemplate::new(template, &TOKENS)?.pieces(&turns(said), prompt)?;
    Ok(pieces
        .iter()
        .map(|Piece { text, is_answer }| if *is_answer { format!("«{text}»") } else { text.clone() })
        .collect())
}

const TALK: [(&str, &str); 5] =
    [("system", "Be brief."), ("user", " Hi "), ("assistant", "Hello."), ("user", "{{ 7*7 }}"), ("assistant", "49")];

#[test]
fn what_the_assistant_says_is_marked_and_data_is_no_template() {
    assert_eq!(
        marked(CHATML, &TALK, false).unwrap(),
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n Hi <|im_end|>\n<|im_start|>assistant\n«Hello.<|im_end|>\n»\
         <|im_start|>user\n{{ 7*7 }}<|im_end|>\n<|im_start|>assistant\n«49<|im_end|>\n»"
    );
    assert_eq!(
        marked(HEADERS, &TALK[1..4], true).unwrap(),
        "<s><|start|>user<|end|>\n\nHi<|eot|><|start|>assistant<|end|>\n\n«Hello.<|eot|>»\
         <|start|>user<|end|>\n\n{{ 7*7 }}<|eot|><|start|>assistant<|end|>\n\n"
    );
    assert_eq!(
        marked(BRACKETS, &TALK, false).unwrap(),
        "<s>[Q] Be brief.\nHi [/Q]« Hello.</s>»[Q] {{ 7*7 }} [/Q]« 49</s>»"
    );
}

#[test]
fn a_conversation_may_begin_with_the_assistant_and_it_may_speak_twice() {
    assert_eq!(
        marked(CHATML, &[("assistant", "a"), ("assistant", "b")], false).unwrap(),
        "<|im_start|>assistant\n«a<|im_end|>\n»<|im_start|>assistant\n«b<|im_end|>\n»"
    );
    let first = "{{ messages[0]['role'] }}:{% for m in messages %}{{ m.content }};{% endfor %}";
    assert_eq!(marked(first, &[("assistant", "a"), ("user", "b")], false).unwrap(), "«assistant:a;»b;");
    assert_eq!(
        chat(CHATML, &[], true).unwrap(),
        [Piece { text: "<|im_start|>assistant\n".to_owned(), is_answer: false }]
    );
}

#[test]
fn a_template_that_writes_a_turn_in_two_ways_is_told() {
    let said = [("user", "q"), ("assistant", "<think>x</think>a"), ("user", "r"), ("assistant", "b")];
    assert_eq!(marked(FORGETFUL, &said, false).unwrap_err(), TemplateError::Unstable { turn: 2 });
    assert_eq!(marked(FORGETFUL, &said[..2], false).unwrap(), "user:q;assistant:«<think>x</think>a;»");
    assert!(TemplateError::Unstable { turn: 2 }.hint().is_some());
}

#[test]
fn every_mistake_of_a_template_is_told_without_the_conversation() {
    let said = [("hunter2", "hunter2")];
    let cases = [
        ("{{ raise_exception('No such role') }}", "the chat template refuses the conversation: No such role"),
        ("{{ raise_exception('No such role: ' + messages[0].role) }}", "the chat template refuses the conversation"),
        ("{{ raise_exception(messages[0].content) }}", "the chat template refuses the conversation"),
        ("\n{{ strftime_now('%Y') }}", "line 2 of the chat template asks what time it is"),
        ("{% for x in y", "line 1 of the chat template: unexpected end of input, expected end of block"),
        ("{% include '/etc/passwd' %}", "line 1 of the chat template: unknown statement include"),
        ("{{ open('/etc/passwd') }}", "line 1 of the chat template fails: unknown function"),
        ("{{ messages[0].content | nope }}", "line 1 of the chat template fails: unknown filter"),
        ("{{ messages[9]['role'] }}", "line 1 of the chat template fails: undefined value"),
        ("{{ messages[0].content + 1 }}", "line 1 of the chat template fails: invalid operation"),
        ("{{ 'x' * 100000000000 }}", "the chat template takes too many steps"),
        (
            "{% for a in range(9999) %}{% for b in range(9999) %}{{ a }}{% endfor %}{% endfor %}",
            "the chat template takes too many steps",
        ),
    ];
    for (template, expected) in cases {
        let error = marked(template, &said, false).unwrap_err();
        assert_eq!(error.to_string(), expected, "{template}");
        assert!(!format!("{error:?}{:?}", error.hint()).contains("hunter2"));
    }
}

#[test]
fn the_clock_may_be_asked_for_where_there_is_another_way() {
    let template = "{% if strftime_now is defined %}{{ strftime_now('%d') }}{% else %}26 Jul 2024{% endif %}";
    assert_eq!(marked(template, &[("user", "q")], false).unwrap(), "26 Jul 2024");
}

#[test]
fn templates_of_tools_can_be_read_where_no_tool_is_used() {
    let template = "{%- if tools %}{% for tool in tools %}{{ tool | tojson(indent=4) }}{% endfor %}{% endif %}\
        {%- set ns = namespace(n=0) -%}{%- for m in messages %}{%- if m.tool_calls is defined and m.tool_calls %}{% continue %}{% endif -%}\
        {%- set ns.n = ns.n + 1 -%}{{ ns.n ~ m['role'].upper() ~ ':' ~ (m.get('name') or '') ~ m.content ~ '\\n' }}{%- endfor -%}";
    assert_eq!(marked(template, &TALK[..3], false).unwrap(), "1SYSTEM:Be brief.\n2USER: Hi \n«3ASSISTANT:Hello.\n»");
}

proptest! {
    #[test]
    fn pieces_are_the_whole_text(
        said in prop::collection::vec(("user|assistant|system|tool", "\\PC{0,12}"), 0..6),
        prompt: bool,
    ) {
        let said: Vec<_> = said.iter().map(|(role, content)| (role.as_str(), content.as_str())).collect();
        for template in [CHATML, HEADERS] {
            let template = ChatTemplate::new(template, &TOKENS).unwrap();
            let pieces = template.pieces(&turns(&said), prompt).unwrap();
            let whole: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
            prop_assert_eq!(whole, template.render(&turns(&said), prompt).unwrap());
            let n_answers = said.iter().filter(|(role, _)| *role == "assistant").count();
            prop_assert_eq!(pieces.iter().filter(|piece| piece.is_answer).count(), n_answers);
        }
    }
}
