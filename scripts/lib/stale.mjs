import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Modification time of a file in milliseconds, 0 if there is none. */
export function modifiedMs(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

/** The newest modification time among files and everything below folders, 0 if nothing is there. */
export function newestMs(paths) {
  return Math.max(0, ...paths.map(newestBelow))
}

function newestBelow(path) {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return 0
  // A folder's own time tells of files that were removed.
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestBelow(join(path, name))))
}
