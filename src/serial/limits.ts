/** Bounds that keep hostile or absurd data from exhausting the stack, memory or time. */

/** How many containers may lie within each other, reading or writing. */
export const maxDepth = 1000

/** How many values are written at most; a pickle that is read may take twice as many steps. */
export const maxValues = 10_000_000

/** How many containers (lists, dicts, objects) are read at most: a few hundred megabytes of memory. */
export const maxContainers = 3_000_000

/** How many bytes a serializer writes at most. */
export const maxOutputBytes = 512 * 1024 * 1024
