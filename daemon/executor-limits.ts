/** How long what the operator adds to an executor may take, milliseconds. Both sides of its channel have to know. */

/** Loading it, and `executorStart`: within the time that an executor has to get ready (children.ts). */
export const EXECUTOR_START_LIMIT_MS = 25_000

/** `executorStop`, and sending what is left for Sentry. */
export const EXECUTOR_STOP_LIMIT_MS = 10_000
