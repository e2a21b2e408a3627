import type { SentinelNode } from './node.js'
import type { SentinelRig } from './rig.js'

/** The ways in which a master is lost. */
export const kinds = ['kill', 'freeze', 'manual', 'partition'] as const
export type Kind = (typeof kinds)[number]

/** What a fail-over was. */
export interface FailOver {
  readonly kind: Kind
  readonly from: SentinelNode
  readonly to: SentinelNode
  /** When the first sentinel told of the new master, on the harness's clock. */
  readonly electedMs: number
}

/** Lose the master in this way; resolves when another one is elected. The former one is left as it is. */
export async function strike(rig: SentinelRig, kind: Kind): Promise<FailOver> {
  const from = await rig.untilWhole()
  switch (kind) {
    case 'kill':
      await from.kill()
      break
    case 'freeze':
      from.signal('SIGSTOP')
      break
    case 'manual':
      await rig.failOver()
      break
    case 'partition':
      from.hide()
      break
  }
  const { master, atMs } = await rig.untilReplaced(from)
  return { kind, from, to: master, electedMs: atMs }
}

/** Bring the former master back; resolves when it follows the new one. */
export async function mend(rig: SentinelRig, { kind, from, to }: FailOver): Promise<void> {
  switch (kind) {
    case 'kill':
      await from.start(to)
      break
    case 'freeze':
      from.signal('SIGCONT')
      break
    case 'manual':
      break
    case 'partition':
      from.reveal()
      break
  }
  await rig.untilWhole()
}
