/** Completion of `kubectl-upid` in fish, from 3.0 on. */

export const FISH = `# fish completion of kubectl-upid

function __kubectl_upid_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    set -l program $words[1]
    set -e words[1]
    # fish leaves out an empty list, but not an empty word.
    set -l answer ($program __complete $words "$typed" 2>/dev/null)
    or return
    set -l directive (string replace ':' '' -- $answer[-1])
    set -e answer[-1]

    # Candidates are values; fish replaces the whole word.
    # Quoted where it is used: an empty list beside a word makes no word.
    set -l flag (string match -r -- '^-[^=]*=' $typed)
    if test (count $answer) -gt 0
        printf '%s\\n' "$flag"$answer
    else if test $directive -eq 16
        for folder in (__fish_complete_directories (string replace -r -- '^-[^=]*=' '' $typed))
            printf '%s\\n' "$flag"$folder
        end
    else if test $directive -eq 0
        for file in (__fish_complete_path (string replace -r -- '^-[^=]*=' '' $typed))
            printf '%s\\n' "$flag"$file
        end
    end
end

complete -c kubectl-upid -f -a '(__kubectl_upid_complete)'
`;
