import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { projectRoot } from './paths.js'

/** Where it is, if it is not on the path: scripts/lib/promtool.mjs puts it there. */
const cache = join(projectRoot, 'node_modules', '.cache', 'rqd')

/** Run Prometheus' promtool. */
export function promtool(args: readonly string[], cwd: string): { status: number | null; output: string } {
  const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:${cache}` }
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd, env, encoding: 'utf8' })
  return { status, output: `${stdout}\n${stderr}` }
}

/** Why it cannot be used here; false if it can. */
export function withoutPromtool(): string | false {
  return promtool(['--version'], projectRoot).status === 0 ? false : 'promtool is not installed'
}
