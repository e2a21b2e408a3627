import { cronList } from './cron-list.js'
import { fsckLook } from './fsck-look.js'
import { fsckRepair } from './fsck-repair.js'
import { fsckStep } from './fsck-step.js'

/** The methods about data at rest, by name: each in a file of its own. */
export const dataMethods = {
  'cron.list': cronList,
  'fsck.step': fsckStep,
  'fsck.look': fsckLook,
  'fsck.repair': fsckRepair,
} as const

export type DataMethodName = keyof typeof dataMethods

/** Whether a method is one of these. */
export function isDataMethod(name: string): name is DataMethodName {
  return Object.hasOwn(dataMethods, name)
}
