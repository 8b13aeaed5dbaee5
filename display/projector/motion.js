// How long what the scripts move takes, in milliseconds: the same as --calm and --travel in colours.css; a test holds the two together.

export const CALM_MS = 420; // a change of scene
export const TRAVEL_MS = 900; // a score on its way to its seat
