import { EXECUTOR_STOP_LIMIT_MS } from '../executor-limits.js'
import type { CustomSettings } from '../ipc/custom-settings.js'
import { defaultSlotPolicy, type SlotPolicy } from './children.js'

/** How long things may take: an executor that has more to do at its end is given the time for it. */
export function slotPolicyFor(custom: CustomSettings | undefined): SlotPolicy {
  if (custom === undefined) return defaultSlotPolicy
  return { ...defaultSlotPolicy, exitGraceMs: defaultSlotPolicy.exitGraceMs + EXECUTOR_STOP_LIMIT_MS }
}
