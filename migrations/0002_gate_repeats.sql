-- Why: a recipe may repeat its trainings; a gate then judges means, and tells what they are the means of.

alter table gates add column repeats text check (json_valid(repeats)); -- null where every training was done once
