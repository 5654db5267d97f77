// Where things are when nobody says otherwise. Apart from the schema, so that quick commands need not load it.

export const defaultConfigFile = "/etc/pi-ups/config.yaml";
export const defaultSocket = "/run/pi-ups/agent.sock";
export const defaultStateDir = "/var/lib/pi-ups";
