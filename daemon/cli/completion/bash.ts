import type { CommandWords } from './tree.js'
import { fileOptions, valueOptions } from './words.js'

/** A script for bash 3 and later. */
export function bashCompletion(name: string, commands: readonly CommandWords[]): string {
  const paths = commands.flatMap(({ path }) => (path === '' ? [] : [quote(` ${path}`)]))
  const cases = commands.map(({ path, options, commands: inner }) => {
    const words = [...inner, ...options.flatMap((option) => option.names)]
    return `    ${quote(path === '' ? '' : ` ${path}`)}) words=${quote(words.join(' '))} ;;`
  })
  const takers = valueOptions(commands)
  const files = fileOptions(commands)
  return `# Completion of ${name} for bash. Load it with: source <(rqctl completion bash${name === 'rqctl' ? '' : ` ${name}`})
_${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} path= words= word= skip= i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ -n $skip ]]; then skip=; continue; fi
    case $word in
      ${takers.join('|')}) skip=1; continue ;;
    esac
${paths.length === 0 ? '' : `    case "$path $word" in\n      ${paths.join('|')}) path="$path $word" ;;\n    esac\n`}  done
  case $before in
${files.length === 0 ? '' : `    ${files.join('|')}) COMPREPLY=($(compgen -f -- "$current")); return ;;\n`}    ${takers.join('|')}) return ;;
  esac
  case $path in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _${name} ${name}
`
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
