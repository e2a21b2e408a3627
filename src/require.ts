import { createRequire } from 'node:module'

/**
 * Load a CommonJS package. An `import` of one first searches the text of all its files for the names that it exports,
 * which takes up to ten times as long as running them: too long for programs that should be there at once.
 */
export const requirePackage = createRequire(import.meta.url)
