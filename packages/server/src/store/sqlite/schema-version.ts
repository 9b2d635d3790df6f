/** How many migrations there are: apart from them, so that a database that needs none loads none. */
export const schemaVersion = 2;
