import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { runProgram } from '../../helpers/daemon.js'
import { tempFolder } from '../control/harness.js'
import { loadScript } from '../../scripts/load.js'
import { runRqctl } from './run-rqctl.js'

const { findProgram } = await loadScript<{ findProgram(name: string): string | undefined }>('find-program')

async function scriptFor(t: Test, shell: string, ...program: string[]): Promise<string> {
  const { code, stdout, stderr } = await runRqctl(['completion', shell, ...program])
  t.same([code, stderr], [0, ''])
  const file = join(await tempFolder(t), `script.${shell}`)
  await writeFile(file, stdout)
  return file
}

async function lines(program: string, args: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await runProgram(program, args)
  if (code !== 0 || stderr !== '') throw new Error(`${program} ended with ${code}: ${stderr}`)
  return stdout.split('\n').filter((line) => line !== '')
}

t.test('bash completes commands, those below them, options, and files where a file belongs', async (t) => {
  const file = await scriptFor(t, 'bash')
  const complete = (...words: string[]): Promise<string[]> => {
    const code = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _rqctl; printf '%s\\n' "\${COMPREPLY[@]}"`
    return lines('bash', ['-c', code, file, 'rqctl', ...words])
  }
  t.same(await complete('dra'), ['drain'])
  t.same(await complete('--socket', '/x', 'dra'), ['drain'], 'the value of an option is no command')
  t.same(
    await complete('send', ''),
    (await complete('send', '')).filter((word) => /^(shutdown|kill-horse|-)/.test(word)),
  )
  t.ok((await complete('send', 'kill')).includes('kill-horse'))
  t.same(await complete('drain', '--ti'), ['--timeout'])
  t.same(await complete('drain', '--timeout', ''), [], 'nobody knows the value')
  t.same(await complete('drain', '--so'), ['--socket'])
  t.same(await complete('ping', '--ti'), [])
  t.same(await complete('--socket', file.slice(0, -4)), [file])
})

t.test('bash completes the options of rqd', async (t) => {
  const file = await scriptFor(t, 'bash', 'rqd')
  const code = `source "$0"; COMP_WORDS=(rqd --logging); COMP_CWORD=1; _rqd; printf '%s\\n' "\${COMPREPLY[@]}"`
  t.same(await lines('bash', ['-c', code, file]), ['--logging-level'])
})

const without = (shell: string): string | false =>
  findProgram(shell) === undefined ? `${shell} is not installed` : false

t.test('zsh completes commands and options, with what they do', { skip: without('zsh') }, async (t) => {
  const file = await scriptFor(t, 'zsh')
  const complete = (...words: string[]): Promise<string[]> => {
    const code = `compdef() {}; source "$1"; shift; _describe() { print -rl -- \${(P)2} }; words=("$@"); CURRENT=$#; _rqctl`
    return lines('zsh', ['-f', '-c', code, 'zsh', file, 'rqctl', ...words])
  }
  t.ok((await complete('')).includes('drain:start no more jobs and wait for the running ones'))
  t.ok((await complete('send', '')).some((line) => line.startsWith('kill-horse:')))
  t.ok((await complete('drain', '-')).some((line) => line.startsWith('--timeout:deadline')))
  t.notOk((await complete('status', '-')).some((line) => line.startsWith('--timeout:')))
})

t.test('fish completes commands and options, with what they do', { skip: without('fish') }, async (t) => {
  const file = await scriptFor(t, 'fish')
  const complete = (line: string): Promise<string[]> =>
    lines('fish', ['--no-config', '-c', 'source $argv[1]; complete -C $argv[2]', file, `rqctl ${line}`])
  t.same(await complete('dra'), ['drain\tstart no more jobs and wait for the running ones'])
  t.match(await complete('send kill'), [/^kill-horse\t/])
  t.match(await complete('drain --ti'), [/^--timeout\t/])
  t.same(await complete('status --ti'), [])
})

t.test('C12: another shell or program is refused', async (t) => {
  t.match(await runRqctl(['completion', 'tcsh']), { code: 2, stderr: /'tcsh' is invalid .* bash, zsh, fish/ })
  t.match(await runRqctl(['completion', 'bash', 'vi']), { code: 2, stderr: /rqctl, rqd/ })
  t.match(await runRqctl(['completion']), { code: 2, stderr: /missing required argument 'shell'/ })
  const { stdout } = await runRqctl(['completion', 'bash', '--json'])
  t.match(JSON.parse(stdout), { shell: 'bash', program: 'rqctl', script: /complete -F _rqctl rqctl\n$/ })
})
