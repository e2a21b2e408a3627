declare module 'systemd-notify' {
  /** Runs the program `systemd-notify`. Rejects without NOTIFY_SOCKET, or where the program is missing. */
  export default function notify(options: { ready?: boolean; status?: string; pid?: number }): Promise<void>
}
