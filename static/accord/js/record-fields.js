/* What besides its words a paragraph of each kind has. */

export const FIELDS_OF = {
  statement: ["speaker", "on_behalf_of"],
  reservation: ["speaker", "on_behalf_of"],
  action: ["owner", "due_on"],
  commitment: ["owner", "due_on"],
};
export const FIELDS_OF_SOME = ["speaker", "on_behalf_of", "owner", "due_on"];
