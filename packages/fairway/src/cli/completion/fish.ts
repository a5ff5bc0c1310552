import { type Offer, type Offers, patienceSeconds } from "./offers.ts";

/** The script for fish (fish 3.1 and later). Names of objects are asked of the center. */
export function fishScript({ behind, values, commonValues, taking }: Offers): string {
  const lines = [
    ...Array.from(behind, ([path, offer]) => complete(`__fairway_is '${path}'`, offer)),
    ...values.map(({ path, flag, offer }) => complete(`__fairway_takes '${path}' ${flag}`, offer)),
    ...commonValues.map(({ flags, words }) => complete(`__fairway_behind ${flags.join(" ")}`, { words })),
  ];
  return `function __fairway_path
    set -l path
    set -l before ''
    for word in (commandline -opc)[2..-1]
        if not contains -- $before ${taking.join(" ")}
            string match -q -- '-*' $word; or set -a path $word
        end
        set before $word
    end
    string join -- ' ' $path
end

function __fairway_behind
    contains -- (commandline -opc)[-1] $argv
end

function __fairway_takes
    set -l path (__fairway_path)
    test "$path" = "$argv[1]"; and __fairway_behind $argv[2]
end

function __fairway_is
    set -l path (__fairway_path)
    test "$path" = "$argv[1]"; and not __fairway_behind ${taking.join(" ")}
end

function __fairway_names
    timeout ${patienceSeconds} fairway $argv -o name 2>/dev/null
end

complete -c fairway -f
${lines.join("\n")}
complete -c fairway -n '__fairway_behind --config --socket --filename -f' -F
`;
}

function complete(condition: string, { words, list }: Offer): string {
  const names = list === undefined ? [] : [`(__fairway_names ${list})`];
  return `complete -c fairway -n "${condition}" -a '${[...words, ...names].join(" ")}'`;
}
