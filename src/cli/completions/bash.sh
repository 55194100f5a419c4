
# Bash ends a word at `:`, `@` and `=` too, and stages, models and options have them: the pieces are put together again.
_pedigree() {
    local line="${COMP_LINE:0:COMP_POINT}" words=() word gap i
    for ((i = 0; i <= COMP_CWORD; i++)); do
        gap="${line%%[![:space:]]*}"
        line="${line#"$gap"}"
        word="${COMP_WORDS[i]}"
        ((i == COMP_CWORD)) && word="$line"
        line="${line#"$word"}"
        if [[ -z "$gap" && ${#words[@]} -gt 0 ]]; then
            words[${#words[@]}-1]+="$word"
        else
            words+=("$word")
        fi
    done
    local COMP_WORDS=("${words[@]}") COMP_CWORD=$((${#words[@]} - 1))
    word="${words[COMP_CWORD]}"
    _clap_complete_pedigree "$1" "$word" "$3"
    local breaks="${COMP_WORDBREAKS//[^:@=]/}" before=""
    [[ -n "$breaks" ]] && before="${word%"${word##*[$breaks]}"}"
    COMPREPLY=("${COMPREPLY[@]#"$before"}")
}
complete -o nospace -o bashdefault -o nosort -F _pedigree pedigree 2> /dev/null ||
    complete -o nospace -o bashdefault -F _pedigree pedigree
