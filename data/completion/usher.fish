# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
# completion of “usher” in fish: the program itself knows what a word may become

function __usher_complete
    set -l before (commandline -opc)
    set -l word (commandline -ct)
    set -l program (string replace -r '^~/' "$HOME/" -- $before[1])
    set -e before[1]
    command -q $program
    or return
    for line in ($program complete fish $before "$word" 2>/dev/null)
        switch $line
            case ':files *' ':folders *'
                set -l prefix (string replace -r '^\S+ ' '' -- $line)
                set -l path (string sub -s (math 1 + (string length -- "$prefix")) -- $word)
                set -l paths (__fish_complete_path (string unescape -- $path))
                string match -q ':folders*' -- $line
                and set paths (string match -r '.*/\t.*' -- $paths)
                for path in $paths
                    printf '%s%s\n' "$prefix" $path
                end
            case '*'
                echo $line
        end
    end
end

complete -c usher -f -a '(__usher_complete)'
