--- The end of an answer: the remark for the student, and the keys for what comes next.

local status = require("tutor.status")

local M = {}

local FEW_QUESTIONS = 10

---@type tutor.Offer
M.NEXT_HINT = { key = "<CR>", label = "Enter next hint" }
---@type tutor.Offer
M.ASK_AGAIN = { key = "<CR>", label = "Enter ask again" }
M.HOW_TO_ASK_AGAIN = "Enter, or :TutorAsk, asks again."

---@type tutor.Offer
local SIGN_IN = {
  key = "s",
  label = "s sign in",
  action = function()
    require("tutor.account").sign_in()
  end,
}

--- Return a remark about how an answer ended, or nil.
---@param params table of `tutor/answer/didEnd`
---@return string?
function M.remark(params)
  local remarks = {}
  if params.message then
    table.insert(remarks, params.message)
  end
  if params.code == "UNAUTHENTICATED" then
    table.insert(remarks, "Here: s, or :TutorSignIn; your question then goes on.")
  end
  if params.retryAfter then
    table.insert(remarks, ("Try again in %d s."):format(params.retryAfter))
  end
  if params.ai then
    table.insert(remarks, "AI-generated, can be wrong.")
  end
  if params.withheld then
    table.insert(remarks, "The offline tutor has completed this hint.")
  end
  if params.stale then
    table.insert(remarks, "Your code has changed since you asked.")
  end
  if params.remainingToday and params.remainingToday <= FEW_QUESTIONS then
    table.insert(remarks, ("Questions left today: %d."):format(params.remainingToday))
  end
  if params.reason == "failed" or params.reason == "cancelled" then
    table.insert(remarks, M.HOW_TO_ASK_AGAIN)
  end
  return #remarks > 0 and table.concat(remarks, " ") or nil
end

--- Return what the student can do about an ask that the service has not answered. There is nothing about a limit or an
--- off switch.
---@param params table of `tutor/answer/didEnd`
---@param answer_here fun() repeats the question, which this computer then answers
---@return tutor.Offer[]
function M.ways_out(params, answer_here)
  local is_signed_out = params.code == "UNAUTHENTICATED"
  if status.is_local() or not (params.reason == "failed" or is_signed_out) then
    return {}
  end
  local here = { key = "l", label = "l answer on this computer", action = answer_here }
  return is_signed_out and { SIGN_IN, here } or { here }
end

return M
