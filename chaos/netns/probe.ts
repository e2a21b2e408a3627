import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { PYTHON } from './cable.js'

/** What the names of our namespaces begin with; the pid of their owner follows. */
export const MARK = 'rqdnet'

/** How links are made slower: by the kernel, or by a cable that a program is. */
export type SlowBy = 'netem' | 'cable'

/** Why there can be no networks of one's own here; undefined where there can. Asked by making a namespace. */
export function withoutNetworks(): string | undefined {
  if (process.getuid?.() !== 0) return 'network namespaces need root'
  return inNamespace((name) => {
    const linked = ask('ip', ['-n', name, 'link', 'add', 'probe0', 'type', 'bridge'])
    return linked === undefined ? undefined : `bridges cannot be made here: ${linked}`
  })
}

/** Why links cannot be made slower here; undefined where they can. */
export function withoutSlowLinks(): string | undefined {
  const lack = withoutNetworks()
  if (lack !== undefined) return lack
  const slow = findSlowBy()
  return 'lack' in slow ? slow.lack : undefined
}

/** By what links can be made slower here, or why by nothing. Asked by trying it. */
export function findSlowBy(): { readonly by: SlowBy } | { readonly lack: string } {
  let by: SlowBy | undefined
  const lack = inNamespace((name) => {
    const netem = ask('tc', ['-n', name, 'qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'delay', '1ms'])
    if (netem === undefined) by = 'netem'
    const tap = ask('ip', ['-n', name, 'tuntap', 'add', 'dev', 'probe0', 'mode', 'tap'])
    const python = existsSync(PYTHON) ? undefined : `there is no ${PYTHON}`
    const cable = tap ?? python
    if (cable === undefined) by ??= 'cable'
    return `links cannot be made slower here: neither by the kernel (${netem}) nor by a program (${cable})`
  })
  return by === undefined ? { lack: lack ?? 'links cannot be made slower here' } : { by }
}

/** Look at something in a namespace that is gone afterwards. */
function inNamespace(look: (name: string) => string | undefined): string | undefined {
  const name = `${MARK}-${process.pid}-probe`
  const made = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' })
  if (made.error !== undefined) return 'network namespaces need the program ip (Debian’s package iproute2)'
  try {
    return made.status === 0 ? look(name) : `ip netns does not work here: ${made.stderr.trim()}`
  } finally {
    spawnSync('ip', ['netns', 'del', name])
  }
}

/** @returns what speaks against it; undefined if it was done */
function ask(program: string, args: readonly string[]): string | undefined {
  const { error, status, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  if (error !== undefined) return error.message
  return status === 0 ? undefined : stderr.trim().replace(/\s*\n\s*/g, ' ')
}
