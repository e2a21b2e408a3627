import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { moduleExtensions } from '../../src/run/module-file.js'

/** Folders below a task path that are looked into. */
const DEPTH = 3
/** More modules than these are not tried. */
export const MAX_MODULES = 200

/** The modules below a task path, as jobs name them: `mail`, `shop.cart`. At most `MAX_MODULES`, in order of names. */
export async function listModules(taskPath: string): Promise<string[]> {
  const found: string[] = []
  const visit = async (parents: readonly string[]): Promise<void> => {
    const entries = await readdir(join(taskPath, ...parents), { withFileTypes: true })
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (found.length >= MAX_MODULES) return
      // Jobs name no others.
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
      if (entry.isDirectory() && parents.length < DEPTH) await visit([...parents, entry.name])
      const ending = entry.isFile() ? moduleExtensions.find((each) => entry.name.endsWith(each)) : undefined
      if (ending !== undefined) add(parents, entry.name.slice(0, -ending.length))
    }
  }
  const add = (parents: readonly string[], stem: string): void => {
    const isIndex = stem === 'index' && parents.length > 0
    // A dot is what divides names: jobs cannot name such a file (`mail.test.js`).
    if (!stem.includes('.')) found.push([...parents, ...(isIndex ? [] : [stem])].join('.'))
  }
  await visit([])
  return [...new Set(found)]
}
