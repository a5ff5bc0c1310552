import { type Offer, type Offers, patienceSeconds } from "./offers.ts";

/** The script for bash, which zsh reads by its own compatibility. Names of objects are asked of the center. */
export function bashScript({ behind, values, commonValues, taking }: Offers): string {
  const cases = Array.from(behind, ([path, offer]) => `    '${path}') ${assignments(offer)} ;;`);
  const own = values.map(({ path, flag, offer }) => `    '${path} ${flag}') ${assignments(offer)} ;;`);
  const common = commonValues.map(
    ({ flags, words }) => `    *' '${flags.join("|*' '")}) ${assignments({ words })} ;;`,
  );
  return `_fairway() {
  local word before='' path='' words='' list=''
  for word in "\${COMP_WORDS[@]:1:$((COMP_CWORD - 1))}"; do
    case $before in
    ${taking.join("|")}) ;;
    *) [[ $word == -* ]] || path="\${path:+$path }$word" ;;
    esac
    before=$word
  done
  case $before in
  ${taking.join("|")}) ;;
  *) case $path in
${cases.join("\n")}
    esac ;;
  esac
  case "$path \${COMP_WORDS[$((COMP_CWORD - 1))]}" in
${[...own, ...common].join("\n")}
  esac
  word="\${COMP_WORDS[COMP_CWORD]}"
  # shellcheck disable=SC2086 # a command of several words
  [[ -z $list || $word == -* ]] || words="$words $(timeout ${patienceSeconds} fairway $list -o name 2>/dev/null)"
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _fairway fairway
`;
}

function assignments({ words, list = "" }: Offer): string {
  return `words='${words.join(" ")}' list='${list}'`;
}
