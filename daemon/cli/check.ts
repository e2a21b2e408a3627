import { coerceError } from '../../src/errors.js'
import { checkDeployment } from '../check/check-deployment.js'
import { type Finding, fail } from '../check/finding.js'
import { loadSettings } from '../config/load-settings.js'
import { configure } from '../config/make-config.js'
import { printableMessage } from '../printable.js'
import { probeSetpriv } from '../supervisor/spawn.js'
import type { Wanted } from './arguments.js'
import { coloursFor } from './output.js'
import type { RqdIo } from './rqd.js'

/** `rqd check`: whether a daemon could run here. @returns 0, or 1 if something would keep it from that. */
export async function check(wanted: Wanted, io: RqdIo): Promise<number> {
  await probeSetpriv()
  const findings = await find(wanted, io)
  const isFit = findings.every(({ status }) => status !== 'fail')
  if (wanted.json) io.stdout.write(`${JSON.stringify({ ok: isFit, checks: findings }, null, 2)}\n`)
  else io.stdout.write(render(findings, io))
  return isFit ? 0 : 1
}

async function find(wanted: Wanted, io: RqdIo): Promise<Finding[]> {
  let loaded: Awaited<ReturnType<typeof loadSettings>>
  let configuration: ReturnType<typeof configure>
  try {
    loaded = await loadSettings({ ...wanted, environment: io.env, folder: process.cwd() })
    configuration = configure(loaded.settings)
  } catch (thrown) {
    return [fail('Configuration', coerceError(thrown).message, 'correct it; the rest was not checked')]
  }
  return checkDeployment(configuration, loaded.file, io.env)
}

function render(findings: readonly Finding[], io: RqdIo): string {
  const colours = coloursFor(io.stdout, io.env)
  const paint = { ok: colours.green, warn: colours.yellow, fail: colours.red }
  const width = Math.max(...findings.map(({ what }) => what.length))
  const lines = findings.map(({ what, status, reason, next }) => {
    const advice = next === undefined ? '' : `\n      ${' '.repeat(width)}  -> ${next}`
    return `${paint[status](status.padEnd(4))}  ${what.padEnd(width)}  ${printableMessage(reason)}${advice}\n`
  })
  const count = (status: Finding['status']): number => findings.filter((each) => each.status === status).length
  return `${lines.join('')}${count('ok')} ok, ${count('warn')} warned, ${count('fail')} failed\n`
}
